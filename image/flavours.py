"""For which boards an image is built, as data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flavour:
    """An architecture by Debian's name, and what its boards need to reach their root."""

    architecture: str
    kernel: str
    """Debian's package of the kernel."""
    modules: tuple[str, ...]
    """What is loaded before the root is mounted; one that is built in has no file."""


FLAVOURS = {
    each.architecture: each
    for each in (
        Flavour(
            "amd64",
            "linux-image-amd64",
            (
                *("virtio_pci", "virtio_blk"),  # QEMU's disk
                *("ahci", "nvme", "sd_mod", "sdhci_pci", "mmc_block"),
                *("xhci_pci", "usb_storage", "uas"),
                *("ext4", "crc32c_generic", "erofs"),
                *("vfat", "nls_cp437", "nls_ascii"),  # the first partition, to choose another slot
            ),
        ),
    )
}
