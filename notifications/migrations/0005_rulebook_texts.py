import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0004_template_versions'),
    ]

    operations = [
        migrations.CreateModel(
            name='RulebookText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book_id', models.SlugField(max_length=20, verbose_name='rulebook')),
                ('version', models.CharField(max_length=10, verbose_name='version')),
                ('text', models.TextField(verbose_name='text')),
                ('sha256', models.CharField(editable=False, max_length=64)),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='first seen')),
            ],
            options={
                'verbose_name': 'rulebook',
                'verbose_name_plural': 'rulebooks',
                'ordering': ['-seen_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('book_id', 'sha256'), name='rulebook_text_once')],
            },
        ),
    ]
