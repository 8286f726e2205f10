package facts

import "strings"

// label is what a security module calls a process, taken apart as far as its
// form tells: "docker-default (enforce)" and "unconfined" are AppArmor's,
// "system_u:system_r:container_t:s0" is SELinux's. Smack's are any word.
type label struct {
	module string // "AppArmor", "SELinux" or ""
	// confines is false where the module refuses nothing by this label.
	confines bool
	note     string
}

// apparmorModes are those that a profile's name is followed by;
// aa_get_profile_mode in security/apparmor.
var apparmorModes = map[string]struct {
	confines bool
	note     string
}{
	"enforce":    {true, "AppArmor"},
	"kill":       {true, "AppArmor, kill mode: what it refuses ends the process"},
	"prompt":     {true, "AppArmor, prompt mode: somebody is asked"},
	"mixed":      {true, "AppArmor, several profiles in several modes"},
	"complain":   {false, "AppArmor, complain mode: what it would refuse is only logged"},
	"unconfined": {false, "AppArmor, a profile that confines nothing"},
}

// selinuxFree are the types that the reference policy refuses next to nothing.
var selinuxFree = []string{"unconfined_t", "unconfined_service_t", "spc_t", "kernel_t"}

func parseLabel(s string) label {
	if s == "" {
		return label{}
	}
	if s == "unconfined" {
		return label{"AppArmor", false, "AppArmor, no profile"}
	}
	if _, mode, found := strings.Cut(strings.TrimSuffix(s, ")"), " ("); found && strings.HasSuffix(s, ")") {
		if m, known := apparmorModes[mode]; known {
			return label{"AppArmor", m.confines, m.note}
		}
	}
	if f := strings.Split(s, ":"); len(f) >= 3 {
		return selinuxLabel(f[2])
	}
	return label{confines: true}
}

func selinuxLabel(kind string) label {
	for _, free := range selinuxFree {
		if kind == free {
			return label{"SELinux", false, "SELinux, type " + kind + ": nothing to speak of is refused"}
		}
	}
	return label{"SELinux", true, "SELinux, type " + kind}
}

// compareLSM: a label that confines nothing is no restriction, on whichever
// side.
func compareLSM(host, inside Facts) verdict {
	h, i := parseLabel(host.LSM), parseLabel(inside.LSM)
	v := verdict{host: orNone(host.LSM), inside: orNone(inside.LSM), word: Own, note: i.note}
	switch {
	case !i.confines:
		v.word = None
	case inside.LSM == host.LSM:
		v.word = Shared
	case !h.confines:
		v.word = Limited
	}
	return v
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
