"""How often a form may be sent, added to django-allauth's own limits and written as it writes them.

ip: the internet address. key: what is typed or who asks. docs/security.md lists them with their tests.
"""

LIMITS = {
    # key: the address a code goes to. A code has 3 tries, so 20 a day are 60 guesses in 10⁶.
    "request_login_code": "20/m/ip,3/m/key,20/d/key",
    "confirm_login_code": "30/m/ip,5/15m/key",
    "reset_password": "20/m/ip,5/m/key,20/d/key",
    "claim_fact": "10/m/ip",
    "write_message": "10/h/key,30/d/key",
    "send_code": "20/m/ip,3/10m/key,20/d/key",
    "check_code": "30/m/ip",
    "push_device": "10/m/key,50/d/key",
    "my_data": "5/h/key,20/d/key",
    "wrong_link": "30/m/ip",
    "check_message": "20/m/ip",
    "begin_payment": "10/m/key,50/d/key",
    "read_calendar": "60/h/key",
    "wrong_calendar": "30/m/ip",
}
