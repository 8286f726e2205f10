// Package image turns OCI images and tars into root filesystems: one merged
// directory an image, which is never written to again and serves as the lower
// layer of an overlay.
//
// An image comes from a registry, an OCI image layout, a `docker save` tar or
// a plain tar of a root filesystem. What is pulled and unpacked is kept in a
// [Store], a directory of the caller's:
//
//	blobs/sha256/HEX     what a registry sent, by digest
//	roots/sha256/HEX     an unpacked root, by the chain id of its layers:
//	    fs               the root itself
//	    root.json        its size, and what could not be kept
//	    lock             shared by who uses it; see [Store.Hold]
//	images/HEX.json      a reference and what it stands for
//	tmp                  work in progress, each with a lock beside it
//	lock                 shared by pulls, exclusive for removals
//
// A thing appears under its digest by one rename, verified and complete. What
// is being worked on lies in tmp, locked with flock(2) by the process that
// works on it; the kernel drops the lock when that process dies, however it
// dies, and the next user of the store removes what is no longer locked.
//
// # What is refused
//
// An archive is hostile until it has been read to its end. It is refused as a
// whole, with the entry named, and nothing of it stays, when an entry
//
//   - has an absolute name, a name with "..", or one that is too long or too
//     deep; a leading "./" is dropped
//   - would be written through a symbolic link that leads out of the root;
//     links themselves may point anywhere, they are resolved inside the
//     sandbox at run time
//   - is a hard link to something out of the root, to a symbolic link that
//     leads out, or to nothing
//   - is a device. Sandboxes make their own /dev. Character device 0/0 is
//     how overlay marks a removed file, and is understood as that
//   - is more than [Limits] allow
//
// Every file operation goes through [os.Root], which does not follow anything
// out of the new root, so that a mistake in these rules is not a way out.
//
// # When not to use it
//
// Images are not built, pushed or converted here, signatures are not checked,
// and layers are not shared between roots: two images on the same base have
// two copies of it. Ask containerd's snapshotters for that.
//
// # Errors
//
// [EntryError], [DigestError], [LimitError] and [PlatformError] say what is
// wrong with an image, [WordError] that a word names none, [InUseError] that
// an image cannot be removed yet. [fs.ErrNotExist] is found in the error for
// an image that the store does not have. A cancelled context's error is found
// in what was cancelled by it. Everything else is what the kernel or the
// registry answered, with what was tried. Elsewhere than on Linux everything
// but [Recognise] answers features.ErrNotSupported.
//
// # Sources
//
// OCI image-spec v1.1: layer.md (whiteouts), config.md (chain id),
// image-layout.md; OCI distribution-spec v1.1; tar(5), xattr(7), flock(2),
// Documentation/filesystems/overlayfs.rst.
package image
