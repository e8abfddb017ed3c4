"""What the application's database role may do with the framework's tables."""

PRIVILEGES = {
    "auth_group": ("SELECT",),
    "auth_group_permissions": ("SELECT",),
    "auth_permission": ("SELECT",),
    "django_content_type": ("SELECT",),
    "django_migrations": ("SELECT",),
}
