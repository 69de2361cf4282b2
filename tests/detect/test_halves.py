from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from gyeol.detect.augment.batch import Recipe, Sampler
from gyeol.detect.config import Config
from gyeol.detect.halves import HALVES, Halves
from gyeol.detect.images import TrainingImages
from gyeol.detect.trainer import Learner


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 1, 1))


def loss_of(crops: Tensor) -> Callable[[nn.Module, slice], Tensor]:
    return lambda net, which: (net(crops[which]) ** 2).mean()


def test_the_gradient_is_that_of_the_mean_of_both_halves() -> None:
    crops = torch.rand(6, 1, 8, 8)
    net, plain = network(), network()
    loss = Halves(net).gradients(loss_of(crops))
    wanted = (loss_of(crops[::2])(plain, slice(None)) + loss_of(crops[1::2])(plain, slice(None))) / HALVES
    wanted.backward()
    assert float(loss) == pytest.approx(float(wanted.detach()))
    for own, other in zip(net.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(own.grad, other.grad)


def test_running_statistics_are_the_mean_of_both_halves() -> None:
    crops = torch.cat([torch.zeros(4, 1, 8, 8), torch.ones(4, 1, 8, 8)])[[0, 4, 1, 5, 2, 6, 3, 7]]
    net = nn.Sequential(nn.BatchNorm2d(1))
    Halves(net).gradients(loss_of(crops))
    assert isinstance(net[0], nn.BatchNorm2d)
    assert float(net[0].running_mean) == pytest.approx(0.05)  # a momentum of 0.1, of the means 0 and 1
    assert int(net[0].num_batches_tracked) == 1


def test_weights_that_are_restored_reach_both_networks() -> None:
    net = network()
    halves = Halves(net)
    net.load_state_dict({name: torch.full_like(value, 2) for name, value in net.state_dict().items()})
    halves.gradients(loss_of(torch.rand(4, 1, 8, 8)))
    for own, other in zip(halves.twins[0].parameters(), halves.twins[1].parameters(), strict=True):
        assert torch.equal(own, other)


@pytest.mark.usefixtures("two_threads")
def test_two_cores_learn_the_same_as_one(images: Callable[..., TrainingImages], small: Config) -> None:
    sampler = Sampler(images(normals=4).normals, [], seed=0)
    batches = [sampler.batch(step, Recipe(crops=4, size=64)) for step in range(3)]
    learners = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        learner = Learner(replace(small, seed=3))
        assert (learner.halves.pool is None) == (threads == 1)
        for batch in batches:
            learner.step(batch, 1.0)
        learners.append(learner)
    for name, value in learners[0].net.state_dict().items():
        assert torch.equal(value, learners[1].net.state_dict()[name]), name
    assert learners[0].loss_on(batches) == learners[1].loss_on(batches)


@pytest.mark.usefixtures("two_threads")
def test_an_error_in_a_half_is_told() -> None:
    def fails(net: nn.Module, crops: slice) -> Tensor:
        raise ValueError("odd crops" if crops.start else "even crops")

    with pytest.raises(ValueError, match="even crops"):
        Halves(network()).gradients(fails)
