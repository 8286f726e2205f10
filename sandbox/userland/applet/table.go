//go:build linux

package applet

import (
	"github.com/tentpole-labs/tentpole/sandbox/userland/shell"
)

// table says what runs under each name. The names are those of package manual.
var table = map[string]func(*call) int{
	"[": builtin, "base64": base64Command, "basename": basename, "cat": cat, "chmod": chmod, "chown": chown,
	"clear": clear, "cp": cp, "cut": cut, "date": date, "dd": dd, "df": df, "dirname": dirname, "dmesg": dmesg,
	"du": du, "echo": builtin, "env": env, "false": builtin, "find": find, "free": free, "grep": grep, "head": head,
	"help": help, "hostname": hostname, "httpd": httpd, "id": id, "ip": ip, "kill": kill, "ln": ln, "ls": ls,
	"mkdir": mkdir, "mktemp": mktempCommand, "mount": mount, "mv": mv, "nc": nc, "nproc": nproc, "ping": ping,
	"printf": builtin, "ps": ps, "pwd": builtin, "readlink": readlink, "rm": rm, "rmdir": rmdir, "seq": seq,
	"sh": sh, "sha256sum": sha256sum, "sleep": sleep, "sort": sortLines, "stat": stat, "stress": stress, "tail": tail,
	"tee": tee, "test": builtin, "top": top, "touch": touchCommand, "tr": tr, "true": builtin, "umount": umount,
	"uname": uname, "uniq": uniq, "uptime": uptime, "wc": wc, "wget": wget, "which": which, "whoami": whoami,
	"xargs": xargs, "yes": yes,
}

// sh is the shell.
func sh(c *call) int { return shell.Main(c.login, c.args) }
