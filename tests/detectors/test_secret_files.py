"""Credential files of tools, whole: in each the secret is covered by a finding, whichever rule found it.

Files are written as the tools write them, with values made at run time. The second table holds files of the same kinds
that carry no secret.
"""

import base64
import random
import string
from collections.abc import Callable

import pytest

from detectors import Engine, bundled_rules, load_rules
from tests.compiled import rules_folder

KEY = b"0123456789abcdef"
_ALNUM = string.ascii_letters + string.digits
_CRYPT = _ALNUM + "./"


def _value(seed: str, length: int, alphabet: str = _ALNUM) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


def _hex(seed: str, length: int) -> str:
    return _value(seed, length, "0123456789abcdef")


def _password(seed: str) -> str:
    return _value(seed, 9) + "7!" + _value(seed + "tail", 3)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FILES: dict[str, tuple[str, Callable[[str], str]]] = {
    # what stands in the file for the secret, and the file around it
    "netrc": (_password("netrc"), lambda v: f"machine api.corp.example.org\n  login ci\n  password {v}\n"),
    "netrc on one line": (_password("netrc1"), lambda v: f"machine git.corp login bob password {v}\n"),
    "git-credentials": (_value("gc", 24), lambda v: f"https://bob:{v}@git.corp.example.org\n"),
    "git-credentials, token alone": (_hex("gct", 40), lambda v: f"https://{v}:x-oauth-basic@git.corp.example.org/o\n"),
    "pgpass": (_password("pgpass"), lambda v: f"db1.corp.example.org:5432:app:app_rw:{v}\n"),
    "my.cnf": (_password("mycnf"), lambda v: f"[client]\nuser = app\nhost = db1\npassword = {v}\n"),
    "s3cfg": (
        _value("s3", 40),
        lambda v: f"[default]\naccess_key = AKIA{'Q' * 4}\nsecret_key = {v}\nuse_https = True\n",
    ),
    "npmrc": (_b64(_password("npmrc")), lambda v: f"//npm.corp.example.org/:_password={v}\n//x/:username=ci\n"),
    "dockercfg": (
        _b64("ci:" + _password("dockercfg")),
        lambda v: f'{{"https://index.docker.io/v1/": {{"auth": "{v}", "email": "ci@corp.example.org"}}}}',
    ),
    "docker config": (
        _b64("ci:" + _password("docker")),
        lambda v: f'{{\n "auths": {{\n  "registry.corp.example.org": {{\n   "auth": "{v}"\n  }}\n }}\n}}',
    ),
    "htpasswd, apr1": (
        "$apr1$" + _value("apr", 8) + "$" + _value("apr1", 22, _CRYPT),
        lambda v: f"bob:{v}\n",
    ),
    "htpasswd, SHA": (_value("sha", 27) + "=", lambda v: f"bob:{{SHA}}{v}\n"),
    "shadow": (
        "$6$" + _value("salt", 16) + "$" + _value("six", 86, _CRYPT),
        lambda v: f"root:!:19000:0:99999:7:::\nbob:{v}:19000:0:99999:7:::\n",
    ),
    "shadow, yescrypt": (
        "$y$j9T$" + _value("ysalt", 22, _CRYPT) + "$" + _value("yes", 43, _CRYPT),
        lambda v: f"bob:{v}:19000:0:99999:7:::\n",
    ),
    "passwd of an FTP server": (
        _value("des", 13, _CRYPT),
        lambda v: f"ftpuser:{v}:1001:1001:Upload:/srv/ftp:/bin/false\n",
    ),
    "filezilla": (
        _b64(_password("fz")),
        lambda v: (
            "<Server>\n<Host>ftp.corp</Host><Port>21</Port><User>web</User>\n"
            f'<Pass encoding="base64">{v}</Pass>\n</Server>'
        ),
    ),
    "filezilla, plain": (_password("fz3"), lambda v: f"<User>web</User><Pass>{v}</Pass>"),
    "sftp.json": (
        _password("sftp"),
        lambda v: f'{{\n "host": "web1.corp",\n "username": "deploy",\n "password": "{v}",\n "remotePath": "/"\n}}',
    ),
    "ftpconfig": (
        _password("ftpconfig"),
        lambda v: f'{{\n "protocol": "ftp",\n "host": "web1.corp",\n "user": "deploy",\n "pass": "{v}"\n}}',
    ),
    "WebServers.xml": (
        "df" + _hex("ws", 30),
        lambda v: f'<fileTransfer host="web1.corp" port="21" username="deploy" password="{v}">',
    ),
    "firefox logins": (
        "MDoEEPgAAAAAAAAAAAAAAAAAAAEw" + _value("ff", 40) + "==",
        lambda v: f'{{"logins":[{{"hostname":"https://x","encryptedUsername":"","encryptedPassword":"{v}"}}]}}',
    ),
    "wp-config": (
        _password("wp"),
        lambda v: f"<?php\ndefine('DB_NAME', 'wp');\ndefine('DB_USER', 'wp');\ndefine('DB_PASSWORD', '{v}');\n",
    ),
    "wp-config salts": (
        _value("salts", 64, _ALNUM + "!@#$%^&*()-_[]{}<>~+=,.;:/?|"),
        lambda v: f"define('LOGGED_IN_SALT',   '{v}');\n",
    ),
    "drupal settings": (_value("drupal", 74, _ALNUM + "-_"), lambda v: f"$settings['hash_salt'] = '{v}';\n"),
    "magento env": (_hex("magento", 32), lambda v: f"  'crypt' => [\n    'key' => '{v}'\n  ],\n"),
    "phpmyadmin": (_value("pma", 32), lambda v: f"$cfg['blowfish_secret'] = '{v}'; /* cookie auth */\n"),
    "symfony env": (_hex("symfony", 32), lambda v: f"APP_ENV=prod\nAPP_SECRET={v}\n"),
    "laravel env": (_value("laravel", 43) + "=", lambda v: f"APP_NAME=Shop\nAPP_KEY=base64:{v}\nAPP_DEBUG=false\n"),
    "django settings": (
        _value("django", 50, "abcdefghijklmnopqrstuvwxyz0123456789!@#%^&*(-_=+)"),
        lambda v: f"DEBUG = True\nSECRET_KEY = '{v}'\n",
    ),
    "rails secrets": (_hex("rails", 128), lambda v: f"production:\n  secret_key_base: {v}\n"),
    "machineKey": (
        _hex("mk", 128).upper(),
        lambda v: f'<machineKey validationKey="{v}" decryptionKey="AutoGenerate" validation="SHA1"/>',
    ),
    "NuGet.config": (
        _password("nuget"),
        lambda v: (
            "<packageSourceCredentials><corp>"
            f'<add key="Username" value="ci" /><add key="ClearTextPassword" value="{v}" /></corp>'
        ),
    ),
    "appSettings": (_value("apps", 32), lambda v: f'<appSettings><add key="SmsApiKey" value="{v}"/></appSettings>'),
    "android strings": (_value("android", 36), lambda v: f'<resources><string name="maps_api_key">{v}</string>'),
    "hibernate": (_password("hib"), lambda v: f'<property name="hibernate.connection.password">{v}</property>'),
    "tomcat-users": (_password("tomcat"), lambda v: f'<user username="ops" password="{v}" roles="manager-gui"/>'),
    "maven settings, encrypted": (
        "{" + _value("maven", 43) + "=}",
        lambda v: f"<server><id>nexus</id><username>ci</username><password>{v}</password></server>",
    ),
    "jenkins credentials": (
        "{AQAAABAAAAAQ" + _value("jenkins", 43) + "=}",
        lambda v: f"<username>ci</username>\n<password>{v}</password>",
    ),
    "weblogic": ("{AES}" + _value("wl", 43) + "=", lambda v: f"<password-encrypted>{v}</password-encrypted>"),
    "websphere": ("{xor}" + _value("was", 16) + "=", lambda v: f'<authData user="db" password="{v}"/>'),
    "jasypt": ("ENC(" + _value("jasypt", 43) + "=)", lambda v: f"spring.datasource.password={v}\n"),
    "composer auth": (
        _hex("composer", 40),
        lambda v: f'{{"github-oauth": {{"github.com": "{v}"}}}}',
    ),
    "bundle config": (
        _hex("b1", 8) + ":" + _hex("b2", 8),
        lambda v: f'---\nBUNDLE_GEMS__CONTRIBSYS__COM: "{v}"\n',
    ),
    "kubernetes secret": (
        _b64(_password("k8s")),
        lambda v: f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  pw: {v}\n",
    ),
    "kubernetes secret, as kubectl prints it": (
        _b64(_password("k8s2")),
        lambda v: f"apiVersion: v1\ndata:\n  pw: {v}\nkind: Secret\nmetadata:\n  name: db\n",
    ),
    "kubernetes environment": (
        _password("kenv"),
        lambda v: f'env:\n- name: MODE\n  value: prod\n- name: DB_PASSWORD\n  value: "{v}"\n',
    ),
    "task definition": (
        _value("ecs", 32),
        lambda v: f'"environment": [{{"name": "API_TOKEN", "value": "{v}"}}]',
    ),
    "keepass export": (
        _password("keepass"),
        lambda v: f'<String>\n<Key>Password</Key>\n<Value ProtectInMemory="True">{v}</Value>\n</String>',
    ),
    "unattend.xml": (
        _b64(_password("unattend")),
        lambda v: f"<AutoLogon>\n<Password>\n<Value>{v}</Value>\n<PlainText>false</PlainText>\n</Password>",
    ),
    "group policy": (_value("gpp", 43), lambda v: f'<Properties action="U" cpassword="{v}" userName="Administrator"/>'),
    "rdp file": (
        "01000000D08C9DDF0115D1118C7A00C04FC297EB" + _hex("rdp", 200).upper(),
        lambda v: f"full address:s:srv1\nusername:s:bob\npassword 51:b:{v}\n",
    ),
    "powershell": (_password("ps"), lambda v: f"$s = ConvertTo-SecureString '{v}' -AsPlainText -Force\n"),
    "esmtprc": (
        _password("esmtp"),
        lambda v: f'identity = bob@corp\n  hostname = smtp.corp:587\n  username = "bob"\n  password = "{v}"\n',
    ),
    "msmtprc": (_password("msmtp"), lambda v: f"account corp\nhost smtp.corp\nport 587\nuser bob\npassword {v}\n"),
    "muttrc": (_password("mutt"), lambda v: f'set imap_user = "bob"\nset imap_pass = "{v}"\n'),
    "offlineimaprc": (_password("oi"), lambda v: f"remotehost = imap.corp\nremoteuser = bob\nremotepass = {v}\n"),
    "sasl_passwd": (_password("sasl"), lambda v: f"[smtp.corp.example.org]:587 bot@corp.example.org:{v}\n"),
    "irssi": (_password("irssi"), lambda v: f'autosendcmd = "/msg NickServ identify {v};wait 2000";\n'),
    "redis.conf": (_value("redis", 20), lambda v: f"bind 127.0.0.1\nrequirepass {v}\n"),
    "rabbitmq.config": (_password("rabbit"), lambda v: f'[{{rabbit, [{{default_pass, <<"{v}">>}}]}}].\n'),
    "haproxy.cfg": (_password("haproxy"), lambda v: f"  stats enable\n  stats auth admin:{v}\n"),
    "ansible inventory": (_password("ansible"), lambda v: f"web1 ansible_host=10.1.2.3 ansible_ssh_pass={v}\n"),
    "rclone.conf": (
        _value("rclone", 34, _ALNUM + "-_"),
        lambda v: f"[backup]\ntype = sftp\nhost = h\nuser = bob\npass = {v}\n",
    ),
    "slapd.conf": (_value("slapd", 32), lambda v: f'rootdn "cn=admin,dc=corp"\nrootpw {{SSHA}}{v}\n'),
    "ldap.conf": (_password("bindpw"), lambda v: f"binddn cn=reader,dc=corp\nbindpw {v}\n"),
    "jsforce": (
        _password("jsforce"),
        lambda v: f"conn.login('ops@corp.example.org', '{v}', function (err, res) {{\n",
    ),
    "cisco, type 7": ("0822" + _hex("c7", 14).upper(), lambda v: f"line vty 0 4\n password 7 {v}\n login\n"),
    "cisco, type 5": (
        "$1$" + _value("c5s", 4) + "$" + _value("c5", 22, _CRYPT),
        lambda v: f"hostname r1\nenable secret 5 {v}\n",
    ),
    "cisco, pre-shared key": (
        _value("isakmp", 14) + "4",
        lambda v: f"crypto isakmp policy 1\ncrypto isakmp key {v} address 203.0.113.9\n",
    ),
    "snmpd.conf": (_value("snmp", 9) + "3", lambda v: f"rocommunity {v} 10.0.0.0/8\n"),
    "juniper": ("$9$" + _value("jun", 24), lambda v: f'secret "{v}"; ## SECRET-DATA\n'),
    "fortigate": (
        _value("forti", 60) + "==",
        lambda v: f"config vpn ipsec phase1-interface\n  set psksecret ENC {v}\n",
    ),
    "wpa_supplicant": (_password("wpa"), lambda v: f'network={{\n  ssid="corp"\n  psk="{v}"\n}}\n'),
    "networkmanager": (_password("nm"), lambda v: f"[wifi-security]\nkey-mgmt=wpa-psk\npsk={v}\n"),
    "wlan profile": (_password("wlan"), lambda v: f"<protected>false</protected><keyMaterial>{v}</keyMaterial>"),
    "ipsec.secrets": (_value("psk", 24), lambda v: f'203.0.113.1 198.51.100.2 : PSK "{v}"\n'),
    "openvpn static key": (
        _hex("ovpn1", 32) + "\n" + _hex("ovpn2", 32),
        lambda v: f"-----BEGIN OpenVPN Static key V1-----\n{v}\n-----END OpenVPN Static key V1-----\n",
    ),
    "chap-secrets": (
        _password("chap"),
        lambda v: f"# client\tserver\tsecret\t\t\tIP addresses\nbob\tpptpd\t{v}\t*\n",
    ),
    "pwdump": (
        "aad3b435b51404eeaad3b435b51404ee:" + _hex("ntlm", 32),
        lambda v: f"Administrator:500:{v}:::\n",
    ),
    "wireguard": (_value("wg", 42) + "A=", lambda v: f"[Interface]\nPrivateKey = {v}\nAddress = 10.0.0.1/24\n"),
    "ethereum keystore": (
        _hex("eth", 64),
        lambda v: f'{{"version":3,"crypto":{{"cipher":"aes-128-ctr","ciphertext":"{v}","kdf":"scrypt"}}}}',
    ),
    "ultravnc.ini": (_hex("vnc", 16).upper(), lambda v: f"[ultravnc]\npasswd={v}00\npasswd={v}\n"),
    "rows of users": (
        _hex("rows", 32),
        lambda v: f"INSERT INTO `users` VALUES (1,'ops','{v}','ops@corp.example.org');\n",
    ),
    "row with a password": (
        _password("row"),
        lambda v: f"INSERT INTO users (id, name, password) VALUES (1, 'bob', '{v}');\n",
    ),
    "connecting": (_password("dbi"), lambda v: f"my $dbh = DBI->connect('DBI:mysql:x', 'root', '{v}');\n"),
    "mongo shell": (_password("mongo"), lambda v: f'use app\ndb.auth("admin", "{v}")\n'),
    "lftp": (_password("lftp"), lambda v: f"set ftp:ssl-allow no\nopen -u bob,{v} ftp.corp.example.org\n"),
    "net use": (_password("netuse"), lambda v: f"net use Z: \\\\srv\\share /user:corp\\bob {v}\n"),
    "devise": (_hex("devise", 128), lambda v: f"Devise.setup do |config|\n  config.pepper = '{v}'\nend\n"),
    "otp seed": (
        _value("otp", 32, string.ascii_uppercase + "234567"),
        lambda v: f"otpauth://totp/Corp:bob@corp.example.org?secret={v}&issuer=Corp",
    ),
}

CLEAN = {
    "template of a secret": "apiVersion: v1\nkind: Secret\ndata:\n  pw: {{ .Values.pw | b64enc }}\n",
    "settings that name secrets elsewhere": '<add key="SmtpPassword" value="%SMTP_PASSWORD%" />\n',
    "environment from a reference": "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: pw}\n",
    "salts not yet set": "define('AUTH_KEY',         'put your unique phrase here');\n",
    "labels": '<string name="password_hint">Enter your password</string>\n',
    "policy": "<key>passwordPolicy</key>\n<string>at least twelve characters</string>\n",
    "router without passwords": "service password-encryption\nno snmp-server\nline vty 0 4\n login local\n",
    "wireless, templated": 'network={\n  ssid="corp"\n  psk="<passphrase>"\n}\n',
    "shadow, locked": "root:*:19000:0:99999:7:::\ndaemon:!:19000:0:99999:7:::\n",
    "passwd": "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000:Bob:/home/bob:/bin/sh\n",
    "redis, default": "# requirepass foobared\n",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_rules([bundled_rules() / "secrets"], cache_dir=rules_folder()), KEY, cache_dir=rules_folder())


@pytest.mark.parametrize("name", FILES)
def test_covers_the_secret_of_the_file(engine: Engine, name: str) -> None:
    value, text_of = FILES[name]
    text = text_of(value)
    start = text.rindex(value)
    end = start + len(value)
    rules = {f.rule for f in engine.scan(text).findings if f.start <= start + 1 and f.end >= end - 1}
    assert rules, "no finding covers the value"


@pytest.mark.parametrize("name", CLEAN)
def test_finds_no_secret_where_there_is_none(engine: Engine, name: str) -> None:
    assert [f.rule for f in engine.scan(CLEAN[name]).findings if f.category == "secret"] == []
