package main

// wanted are the parts of the kernel that may be modules. br_netfilter is not
// among them: only a machine with Docker has it.
var wanted = []string{
	"virtio_pci", "virtio_blk", "virtio_console", "ext4",
	"overlay", "fuse", "loop",
	"veth", "bridge", "dummy", "tun",
	"nf_tables", "nft_chain_nat", "nft_nat", "nft_masq", "nft_ct", "nft_reject_inet", "nft_compat",
}
