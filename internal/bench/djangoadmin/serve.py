"""Django's admin on the product's tables: the list as the framework makes it, with what its documentation
says to set for a large table (select_related, an ordering that has an index, pages of 50).

It keeps its own tables in a schema of their own, signs somebody in, and answers with as many processes as
there are connections to measure with.
"""
import os
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="for measuring only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="urls",
    USE_TZ=True,
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "reseller",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["BENCH_DATABASE"],
        "USER": os.environ["BENCH_USER"],
        "PASSWORD": os.environ["BENCH_PASSWORD"],
        "HOST": os.environ["BENCH_HOST"],
        "PORT": os.environ["BENCH_PORT"],
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": "-c search_path=django,public"},
    }},
)
django.setup()


def prepare():
    """Makes Django's own tables and gives the cookie of somebody who is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as c:
        c.execute("CREATE SCHEMA IF NOT EXISTS django")
    call_command("migrate", verbosity=0)
    users = get_user_model().objects
    user = users.filter(username="admin").first() or users.create_superuser("admin", "admin@reseller.example", "unused")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    connection.close()
    return session.session_key


class Quiet(WSGIRequestHandler):
    """Logs nothing, as the product's reference does not."""

    def log_message(self, *args):
        pass


def main():
    from django.core.wsgi import get_wsgi_application

    key = prepare()
    server = WSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    server.socket.listen(64)
    children = []
    for _ in range(int(os.environ["BENCH_PROCESSES"])):
        pid = os.fork()
        if pid == 0:
            server.serve_forever()
        children.append(pid)
    print("cookie sessionid=" + key, flush=True)
    print("listening on http://127.0.0.1:%d" % server.server_port, flush=True)
    for pid in children:
        os.waitpid(pid, 0)


main()
