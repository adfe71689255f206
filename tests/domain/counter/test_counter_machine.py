"""A clerk who presses anything: whatever comes in, the counter's books stay right."""

import pytest
from hypothesis import settings

from tests.support.bench import GOODS, goods
from tests.support.clerk_machine import CATALOGS, VOUCHERS, Clerk
from tests.support.options import GOODS as WITH_OPTIONS

CATALOGS.append(goods(WITH_OPTIONS))
CATALOGS.append(goods(GOODS.replace(",from\n", ",from,voucher\n", 1) + VOUCHERS))


TestClerk = Clerk.TestCase
TestClerk.settings = settings(max_examples=20, stateful_step_count=60, deadline=None)

FOR_LONG = settings(max_examples=300, stateful_step_count=60, deadline=None)
TestClerkForLong = pytest.mark.slow(
    type("TestClerkForLong", (Clerk.TestCase,), {"settings": FOR_LONG})
)
