from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('webapp', '0030_rounds_remember'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='issue_day',
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('day', models.F('issue_day')), _negated=True), fields=['-issue_day', '-n_upvotes', '-is_picked', '-n_public', '-paper'], name='entry_by_issue_day'),
        ),
    ]
