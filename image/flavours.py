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
    watchdogs: tuple[str, ...]
    """What starts a box anew that hangs: the first of these drivers that finds its part."""
    loader: str
    """What starts the kernel (pos_terminal/update/loaders.py, boot.py, loaders/)."""


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
                *("lpc_ich", "i2c_i801"),  # on which Intel's watchdog sits
            ),
            ("i6300esb", "iTCO_wdt", "sp5100_tco", "softdog"),
            "grub",
        ),
        Flavour(
            "arm64",
            "linux-image-arm64",
            (
                *("virtio_pci", "virtio_blk"),  # QEMU's disk
                *("raspberrypi_firmware", "clk_raspberrypi", "reset_raspberrypi"),
                *("gpio_raspberrypi_exp", "regulator_fixed", "gpio_regulator", "pwrseq_simple"),
                *("sdhci_iproc", "bcm2835", "mmc_block"),
                *("pcie_brcmstb", "xhci_pci", "usb_storage", "uas", "sd_mod", "nvme"),
                *("ext4", "crc32c_generic", "erofs"),
                *("vfat", "nls_cp437", "nls_ascii"),
            ),
            ("bcm2835_wdt", "i6300esb", "softdog"),
            "raspberry",
        ),
    )
}
