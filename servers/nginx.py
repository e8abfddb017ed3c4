"""The front door: nginx's configuration."""

from pathlib import Path
from string import Template
from textwrap import indent

from servers.nginx_refusals import (
    write_answers,
    write_early_error_pages,
    write_error_pages,
    write_page,
)

COOKIES = (
    "tessera_currency",
    "tessera_dashboard",
    "tessera_device",
    "tessera_language",
    "tessera_till",
    "tessera_till_language",
    "tessera_wallet",
    "csrftoken",
)
# How many requests of a rank the web may have at once, at work and waiting; it ranks alike
# itself (`config/admission.py`). A place is taken once the visitor has sent the whole request,
# and free once the answer is here, so that slow visitors take none.
ROOM = {"sales": 192, "charges": 64, "pages": 48}
# `proxy_set_header` replaces what a visitor sent: nobody can claim another address or scheme.
# The upstream's idle connections end before granian's own 30 s; otherwise one would now and
# then be used just as granian closes it.
_TEMPLATE = Template("""\
daemon off;
${user}worker_processes 1;
worker_rlimit_nofile ${files};
pid nginx.pid;
error_log stderr warn;

events {
    worker_connections ${connections};
}

http {
    # A line of the error log holds the whole request, and many links here are secrets: such
    # lines are not written. Of each failure its place is told instead.
    error_log stderr emerg;
    map $$request $$is_api {
        default 0;
        "~^[A-Z]+ (https?://[^/]*)?/+api/" 1;
    }
    map $$request_uri $$place {
        default /;
        "~^/+(?<room>[a-zA-Z_.-]+)/" /$$room/;
    }
    map $$uri $$static_age {
        default "max-age=60, public";
        # Named by its content.
        "~[.][0-9a-f]{12}[.]" "max-age=315360000, public, immutable";
    }
    # Sales that have begun, then new charges, then pages; supervision is never counted.
    map "$$request_method $$uri" $$rank {
        default pages;
        "~^[A-Z]+ /(livez|readyz)$$" always;
        "POST /api/v1/charges" charges;
        "~^[A-Z]+ /api/v1/charges/[^/]+/refunds$$" charges;
        "~^[A-Z]+ /(api/v1/(charges/|wallet/(claims|payments|scans|events)\\b)|[pP]/)" sales;
    }
    # A rank's name stands there when it had no room for one more.
    map $$upstream_addr $$is_overloaded {
        default 0;
        ~^(sales|charges|pages)$$ 1;
    }
    map $$upstream_addr $$retry_after {
        default 2;
        sales 1;
        charges 3;
        pages 5;
    }
    map $$request_method $$refresh {
        default "";
        GET $$retry_after;
    }
    # Of those that are refused because there are too many, one in a hundred is logged.
    split_clients $$request_id $$is_sample {
        1% 1;
        * 0;
    }
    map "$$status $$upstream_addr" $$is_failure {
        default 0;
        "~^5.. (sales|charges|pages)$$" $$is_sample;
        ~^5 1;
    }
    log_format failures '$$time_iso8601 $$status $$request_method $$place '
        'upstream="$$upstream_addr" status="$$upstream_status" '
        'connect_s="$$upstream_connect_time" answer_s="$$upstream_header_time" '
        's="$$request_time"';
    access_log /dev/stderr failures if=$$is_failure;
    # The server behind drops a header with a byte outside ASCII, and hangs up on one with a
    # control character: a key would be none, and a browser with such a cookie of another
    # application of this host would be signed out. So such a key is refused here, and of such
    # cookies only ours go on.
    map $$http_idempotency_key $$has_odd_key {
        default 0;
        "~[^ -~]" 1;
    }
    map $$http_cookie $$cookies {
        default $$http_cookie;
        "~[^ -~]" "${cookies}";
    }
    server_tokens off;
    absolute_redirect off;
    default_type application/octet-stream;
    tcp_nodelay on;
    keepalive_timeout 60s;
    keepalive_requests 100000;
    client_max_body_size 1m;
    # What a camera saw is never written to a file.
    client_body_buffer_size 1m;
    client_body_timeout 15s;
    client_header_timeout 15s;
    send_timeout 30s;
    large_client_header_buffers 4 16k;
    client_body_temp_path body;
    proxy_temp_path proxy;

    gzip on;
    gzip_comp_level 5;
    gzip_min_length 1000;
    gzip_proxied any;
    gzip_vary on;
    gzip_types text/css text/plain text/csv text/javascript application/javascript
        application/json application/manifest+json application/problem+json image/svg+xml
        application/yaml application/vnd.oai.openapi application/vnd.oai.openapi+json;

    # Sign-ins of one address are counted, and made to wait rather than refused: a shop's staff
    # and its customers may share it. Reading the page is not counted.
    map $$request_method $$sign_in {
        default "";
        POST $$binary_remote_addr;
    }
    limit_req_zone $$sign_in zone=sign_in:4m rate=5r/s;
    limit_req_status 429;

${upstreams}

    upstream streams {
        server "unix:${streams}" fail_timeout=0;
    }

    server {
${listens}
        server_name _;

        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $$http_host;
        proxy_set_header X-Forwarded-For $$remote_addr;
        proxy_set_header X-Forwarded-Host $$http_host;
        proxy_set_header X-Forwarded-Proto $$scheme;
        proxy_set_header Forwarded "";
        proxy_set_header Cookie $$cookies;
        proxy_connect_timeout 2s;
        proxy_read_timeout 30s;
        proxy_buffers 16 16k;

${early_error_pages}

        location / {
            proxy_pass http://$$rank;
            error_page 502 504 = @unavailable;
        }

        location /api/ {
            if ($$has_odd_key) {
                return 418;
            }
            proxy_pass http://$$rank;
${api_error_pages}
        }

        # From the disk, whatever the web is doing; what is not there is the web's to refuse.
        location /static/ {
            alias "${static}/";
            types {
                text/css css;
                text/javascript js mjs;
                image/svg+xml svg;
                image/png png;
                font/woff2 woff2;
                application/json json;
                application/manifest+json webmanifest;
            }
            charset utf-8;
            charset_types text/css text/javascript image/svg+xml;
            add_header Cache-Control $$static_age;
            add_header X-Content-Type-Options nosniff;
            add_header Referrer-Policy same-origin;
            error_page 403 404 = @web;
        }

        location @web {
            proxy_pass http://$$rank;
            error_page 502 504 = @unavailable;
        }

        # A photograph of a code, from browsers without script, a logo, an item's picture, a
        # list of items, or the bank's statement: it lies in a file for a moment.
        location ~ ^/(wallet/scan|console/statements|dashboard/.+/(logo|picture|import))/$$ {
            proxy_pass http://$$rank;
            client_max_body_size 13m;
            error_page 413 = @too_large;
            error_page 502 504 = @unavailable;
        }

        location ~ ^/(join|setup|till/pair|[a-z]+/(sign-in|join|pin|password|me/.+))/ {
            proxy_pass http://$$rank;
            limit_req zone=sign_in burst=100 delay=10;
            error_page 429 = @too_many;
            error_page 502 504 = @unavailable;
        }

        location @too_many {
            default_type text/plain;
            add_header Retry-After 30 always;
            add_header Cache-Control no-store always;
            return 429 "Too many sign-ins from this address. Please wait half a minute.\\n";
        }

        location @too_large {
            default_type text/plain;
            add_header Cache-Control no-store always;
            return 413 "This picture is larger than 12 MB. Go back and take a smaller one.\\n";
        }

        # Only our own pages send a request here, by X-Accel-Redirect, once they know who asks.
        # One header set in a location drops all those above, so they are repeated.
        location /_streams/ {
            internal;
            proxy_pass http://streams;
            proxy_set_header Connection "";
            proxy_set_header Host $$http_host;
            proxy_set_header X-Forwarded-For $$remote_addr;
            proxy_set_header X-Forwarded-Host $$http_host;
            proxy_set_header X-Forwarded-Proto $$scheme;
            proxy_set_header Forwarded "";
            proxy_set_header Authorization "";
            proxy_set_header Cookie "";
            proxy_buffering off;
            proxy_read_timeout 1h;
            error_page 502 504 = @unavailable;
        }

        location @unavailable {
            default_type text/html;
            add_header Retry-After $$retry_after always;
            add_header Refresh $$refresh always;
            add_header Cache-Control no-store always;
            if ($$is_overloaded) {
                return 503 '${overloaded_page}';
            }
            return 503 '${away_page}';
        }

${refusals}
    }
}
""")


def write_config(
    folder: Path,
    *,
    listens: tuple[str, ...],
    sockets: dict[str, Path],
    static: Path,
    files_max: int,
    is_root: bool,
) -> Path:
    """Write nginx's configuration into `folder` and return its path.

    `listens` are its addresses. `sockets` names the unix sockets of "web" and "streams". A
    stream takes two connections.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nginx.conf"
    text = _TEMPLATE.substitute(
        # As root nginx would change to `nobody`, which cannot reach our sockets.
        user="user root;\n" if is_root else "",
        files=files_max,
        connections=files_max // 2,
        listens="\n".join(f"        listen {each} backlog=1024;" for each in listens),
        refusals=indent(write_answers(), " " * 8),
        api_error_pages=indent(write_error_pages(), " " * 12),
        early_error_pages=indent(write_early_error_pages(), " " * 8),
        cookies="; ".join(f"{name}=$cookie_{name}" for name in COOKIES),
        upstreams="\n".join(
            _write_upstream(rank, sockets["web"]) for rank in (*ROOM, "always")
        ),
        overloaded_page=write_page(
            "More people are here than can be served at once. Nothing was changed. Try again"
            " in a few seconds."
        ),
        away_page=write_page(
            "Tessera is starting again. Please try once more in a few seconds."
        ),
        streams=sockets["streams"],
        static=static,
    )
    path.write_text(text)
    return path


def _write_upstream(rank: str, socket: Path) -> str:
    bound = f" max_conns={ROOM[rank]}" if rank in ROOM else ""
    return f"""\
    upstream {rank} {{
        server "unix:{socket}"{bound} fail_timeout=0;
        keepalive 64;
        keepalive_timeout 20s;
        keepalive_requests 100000;
    }}
"""
