package facts

import "strconv"

const nobody = "nobody"

// compareRootID asks who id 0 of each side is, in ids of the reader.
func compareRootID(ids func(Facts) []IDRange) func(host, inside Facts) verdict {
	return func(host, inside Facts) verdict {
		v := verdict{host: zeroIs(host, ids(host)), inside: zeroIs(inside, ids(inside))}
		v.word = sharing(host, inside, "user")
		if v.word != Own {
			return v
		}
		switch {
		case len(ids(inside)) == 0:
			v.word, v.note = None, "no id inside stands for one outside"
		case v.inside == nobody:
			v.word, v.note = None, "other ids are mapped, 0 is not"
		case v.inside == v.host:
			v.word, v.note = Mapped, "to the same id"
		default:
			v.word = Mapped
		}
		return v
	}
}

func zeroIs(f Facts, ids []IDRange) string {
	if f.SeenFrom != 0 && f.SeenFrom == f.Namespaces["user"] {
		return "0" // the kernel would give the id in the namespace above
	}
	id, mapped := outside(ids, 0)
	if !mapped {
		return nobody
	}
	return strconv.FormatUint(uint64(id), 10)
}

// compareRunsAs is about one process, the inside's: its effective user as the
// host sees it and as it sees itself.
func compareRunsAs(host, inside Facts) verdict {
	uid := inside.UIDs.Effective
	v := verdict{host: strconv.FormatUint(uint64(uid), 10), word: sharing(host, inside, "user")}
	v.inside = v.host
	if v.word != Own {
		return v
	}
	v.inside, v.word = nobody, None
	if id, mapped := insideID(inside, uid); mapped {
		v.inside, v.word = strconv.FormatUint(uint64(id), 10), Mapped
	}
	return v
}

func insideID(f Facts, uid uint32) (uint32, bool) {
	if f.SeenFrom == f.Namespaces["user"] {
		return uid, true
	}
	return inside(f.UIDMap, uid)
}
