"""The tree, against values that other implementations of RFC 6962 agree on, and its proofs."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.journal import merkle
from pos_terminal.journal.merkle import Frontier

# The eight leaves and the roots with which implementations of Certificate Transparency test
# themselves (RFC 6962, section 2.1; reference tree of the CT project).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [sha256(b"\0" + text).digest() for text in INPUTS]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_tree(size: int) -> None:
    tree = Frontier()
    for leaf in LEAVES[:size]:
        tree = tree.append(leaf)
    assert tree.root.hex() == merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert Frontier().root == merkle.root_of([]) == sha256().digest()


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves have 2"):
        Frontier(3, (LEAVES[0],))


def leaves(size: int) -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(size)]


@given(st.integers(0, 300))
def test_a_frontier_has_the_root_of_the_definition(size: int) -> None:
    tree = Frontier()
    for leaf in leaves(size):
        tree = tree.append(leaf)
    assert tree.root == merkle.root_of(leaves(size))
    assert Frontier(tree.size, tree.peaks).root == tree.root


@given(st.data())
def test_inclusion_is_proven_for_what_is_there_and_for_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    tree = leaves(size)
    root = merkle.root_of(tree)
    proof = merkle.inclusion(index, tree)
    assert merkle.included(tree[index], index, size, proof, root)
    assert not merkle.included(sha256(b"other").digest(), index, size, proof, root)
    assert not merkle.included(tree[index], index, size, [*proof, root], root)
    if proof:
        assert not merkle.included(tree[index], index, size, proof[:-1], root)


@given(st.data())
def test_consistency_is_proven_for_what_goes_on_and_for_nothing_else(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 130))
    old = data.draw(st.integers(1, new))
    tree = leaves(new)
    before, after = merkle.root_of(tree[:old]), merkle.root_of(tree)
    proof = merkle.consistency(old, tree)
    assert merkle.consistent(old, before, new, after, proof)
    forked = [*tree]
    forked[data.draw(st.integers(0, old - 1))] = sha256(b"other").digest()
    fork = merkle.root_of(forked)
    assert not merkle.consistent(old, before, new, fork, merkle.consistency(old, forked))
    assert not merkle.consistent(old, before, new, after, [*proof, after])


def test_proofs_of_what_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no leaf 8 among 8"):
        merkle.inclusion(8, LEAVES)
    with pytest.raises(ValueError, match="no tree of 0"):
        merkle.consistency(0, LEAVES)
    root = merkle.root_of(LEAVES)
    assert not merkle.included(LEAVES[0], 8, 8, [], root)
    assert not merkle.consistent(0, root, 8, root, [])
    assert not merkle.consistent(8, root, 4, root, [])


def test_a_proof_from_the_edge_is_the_proof_from_all_leaves() -> None:
    leaves = [sha256(bytes([number])).digest() for number in range(41)]
    for new in range(1, len(leaves) + 1):
        for old in range(1, new + 1):
            edge = Frontier().extend(leaves[:old])
            whole = merkle.consistency(old, leaves[:new])
            assert merkle.growth(edge, leaves[old:new]) == whole, (old, new)
