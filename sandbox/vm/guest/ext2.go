package guest

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// A file system of one block group is small enough to be made by hand, so that
// neither the host nor the machine needs mkfs. It is the first revision of ext2
// (Documentation/filesystems/ext2.rst, fs/ext2/ext2.h), in blocks of 4 KiB:
//
//	0 superblock   1 group descriptor   2 map of blocks   3 map of inodes
//	4 inodes …     then the root directory, then free blocks
const (
	blockSize    = 4096
	inodes       = 1024
	inodeSize    = 128
	inodeTable   = 4
	rootBlock    = inodeTable + inodes*inodeSize/blockSize
	rootInode    = 2
	firstInode   = 11             // those before are reserved
	mostBlocks   = 8 * blockSize  // one block maps so many
	leastBlocks  = rootBlock + 16 // of use to anybody
	directory    = 0o041777       // S_IFDIR, for everybody, as /tmp
	superOffset  = 1024
	magic        = 0xEF53
	blockSizeLog = 2 // 1024 << 2
)

// super is the superblock as it lies on the disk, as far as the first revision
// fills it.
type super struct {
	Inodes, Blocks, Reserved, FreeBlocks, FreeInodes, FirstBlock uint32
	BlockSize, FragmentSize                                      uint32 // 1024 shifted by it
	BlocksPerGroup, FragmentsPerGroup, InodesPerGroup            uint32
	MountTime, WriteTime                                         uint32
	Mounts, MostMounts, Magic, State, Errors, Minor              uint16
	Checked, CheckInterval, Creator, Revision                    uint32
	UID, GID                                                     uint16
}

// group is the group's descriptor.
type group struct {
	BlockMap, InodeMap, InodeTable         uint32
	FreeBlocks, FreeInodes, Directories, _ uint16
}

// node is an inode.
type node struct {
	Mode, UID                        uint16
	Size, Access, Change, Write, Del uint32
	GID, Links                       uint16
	Sectors, Flags, _                uint32
	Block                            [15]uint32
}

// format makes an empty file system over the whole of a disk.
func format(on interface {
	io.WriterAt
	io.Seeker
}) error {
	size, err := on.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	blocks := min(size/blockSize, mostBlocks)
	if blocks < leastBlocks {
		return fmt.Errorf("%d bytes are too few", size)
	}
	const used, usedInodes = rootBlock + 1, firstInode - 1
	now := uint32(time.Now().Unix())
	// Whole blocks: what lay on the disk before may be anything.
	var b [used * blockSize]byte
	for _, part := range []struct {
		at   int
		what any
	}{
		{superOffset, super{Inodes: inodes, Blocks: uint32(blocks), FreeBlocks: uint32(blocks - used), FreeInodes: inodes - usedInodes,
			BlockSize: blockSizeLog, FragmentSize: blockSizeLog, BlocksPerGroup: mostBlocks, FragmentsPerGroup: mostBlocks, InodesPerGroup: inodes,
			WriteTime: now, MostMounts: 0xffff, Magic: magic, State: 1, Errors: 1, Checked: now}},
		{1 * blockSize, group{BlockMap: 2, InodeMap: 3, InodeTable: inodeTable,
			FreeBlocks: uint16(blocks - used), FreeInodes: inodes - usedInodes, Directories: 1}},
		{2 * blockSize, bitmap(used, int(blocks))},
		{3 * blockSize, bitmap(usedInodes, inodes)},
		{inodeTable*blockSize + (rootInode-1)*inodeSize, node{Mode: directory, Size: blockSize, Access: now, Change: now, Write: now,
			Links: 2, Sectors: blockSize / 512, Block: [15]uint32{rootBlock}}},
		{rootBlock * blockSize, rootDirectory()},
	} {
		if _, err := binary.Encode(b[part.at:], binary.LittleEndian, part.what); err != nil {
			return err
		}
	}
	_, err = on.WriteAt(b[:], 0)
	return err
}

// bitmap is a block in which the first ones are used, and those that there are
// not.
func bitmap(used, all int) []byte {
	b := make([]byte, blockSize)
	for i := range 8 * blockSize {
		if i < used || i >= all {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return b
}

// rootDirectory holds itself, twice.
func rootDirectory() []byte {
	entry := func(size uint16, name string) []byte {
		b := make([]byte, size)
		binary.LittleEndian.PutUint32(b, rootInode)
		binary.LittleEndian.PutUint16(b[4:], size)
		binary.LittleEndian.PutUint16(b[6:], uint16(len(name)))
		copy(b[8:], name)
		return b
	}
	const first = 12
	return append(entry(first, "."), entry(blockSize-first, "..")...)
}
