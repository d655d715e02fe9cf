from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webapp', '0028_found_by_search'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='subscription_by_key'),
        ),
    ]
