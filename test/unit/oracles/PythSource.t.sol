// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {IPyth} from "@pythnetwork/pyth-sdk-solidity/IPyth.sol";
import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";
import {Test} from "forge-std/Test.sol";
import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {Parameters} from "../../../contracts/libraries/Parameters.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";
import {PythConfig, PythSource} from "../../../contracts/oracles/PythSource.sol";
import {Hostile, ICool, Manner, Reader} from "./Hostile.sol";

contract PythSourceTest is Test {
    bytes32 internal constant ID = keccak256("ETH/USD");
    uint256 internal constant MAX_AGE = 60;
    uint256 internal constant MULTIPLE = 2.5e18;
    uint256 internal constant MAX_WIDTH = 0.02e18;

    Reader internal reader;
    MockPyth internal pyth;
    PythSource internal source;

    function setUp() public {
        vm.warp(1_800_000_000);
        reader = new Reader();
        pyth = new MockPyth(MAX_AGE, 0);
        _post(3000e8, 1e8, -8, block.timestamp - 1 hours);
        source = new PythSource(_config());
    }

    function testFuzz_read_isThePriceInsideItsConfidence(
        int64 price,
        uint64 confidence,
        uint8 digits,
        uint256 age
    ) public {
        digits = uint8(bound(digits, 4, 12));
        uint256 scale = 10 ** (18 - digits);
        uint256 most = Parameters.MAX_PRICE / scale; // up to 3e8 USD, or what int64 holds
        price = int64(int256(bound(uint64(price), 100, most < 2 ** 63 ? most : 2 ** 63 - 1)));
        confidence = uint64(bound(confidence, 0, uint64(price) / 125)); // 2.5 times this is 2 % of the price
        age = bound(age, 0, MAX_AGE);
        _post(price, confidence, -int32(uint32(digits)), block.timestamp - age);
        Reading memory r = source.read();
        uint256 spot = uint256(uint64(price)) * scale;
        assertEq(r.spot, spot);
        assertEq(2 * (r.spot - r.low), 5 * uint256(confidence) * scale);
        assertEq(2 * (r.high - r.spot), 5 * uint256(confidence) * scale);
        assertEq(r.publishedAt, block.timestamp - age);
        assertTrue(r.live);
    }

    function testFuzz_read_isNotLiveWhenTooWideButKeepsItsSpot(uint64 confidence) public {
        confidence = uint64(bound(confidence, 24e8 + 1, 1200e8 - 1)); // above 2 %, below the whole of 3000 over 2.5
        _post(3000e8, confidence, -8, block.timestamp);
        Reading memory r = reader.read(address(source));
        assertEq(r.spot, 3000e18);
        assertGt(r.low, 0);
        assertFalse(r.live);
        assertEq(r.high - r.spot, r.spot - r.low);
    }

    function test_read_isLiveAtTheWidestInterval() public {
        _post(3000e8, 24e8, -8, block.timestamp);
        assertTrue(source.read().live);
    }

    function testFuzz_read_isEmptyWhenTheIntervalReachesZero(uint64 confidence) public {
        _post(3000e8, uint64(bound(confidence, 1200e8, type(uint64).max)), -8, block.timestamp);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyForAPriceNotAboveZero(int64 price) public {
        _post(int64(bound(price, type(int64).min, 0)), 0, -8, block.timestamp);
        _assertEmpty();
    }

    function testFuzz_read_isEmptyWhenStale(uint256 age) public {
        _post(3000e8, 1e8, -8, block.timestamp - bound(age, MAX_AGE + 1, 1 hours - 1));
        _assertEmpty();
    }

    function test_read_isUsableFromTheLargestLeadToTheLargestAge() public {
        _post(3000e8, 1e8, -8, block.timestamp + 10);
        assertEq(source.read().spot, 3000e18);
        vm.warp(block.timestamp + 10 + MAX_AGE);
        assertEq(source.read().spot, 3000e18);
        vm.warp(block.timestamp + 1);
        _assertEmpty();
    }

    /// @dev Two and a half times an odd confidence in the last place is not whole.
    function testFuzz_read_roundsTheIntervalOutward(uint64 price, uint64 confidence) public {
        price = uint64(bound(price, 1e9, 9e18));
        confidence = uint64(bound(confidence, 0, price / 3));
        _post(int64(price), confidence, -18, block.timestamp);
        Reading memory r = source.read();
        assertGe(2 * (r.spot - r.low), 5 * uint256(confidence));
        assertLt(2 * (r.spot - r.low), 5 * uint256(confidence) + 2);
        assertEq(r.high - r.spot, r.spot - r.low);
    }

    function testFuzz_read_countsASmallLeadAsNow(uint256 lead) public {
        _post(3000e8, 1e8, -8, block.timestamp + bound(lead, 1, 10));
        Reading memory r = reader.read(address(source));
        assertEq(r.spot, 3000e18);
        assertEq(r.publishedAt, block.timestamp);
    }

    function testFuzz_read_isEmptyWhenFromTheFuture(uint256 lead) public {
        _post(3000e8, 1e8, -8, block.timestamp + bound(lead, 11, type(uint64).max - block.timestamp));
        _assertEmpty();
    }

    function testFuzz_read_isEmptyForExponentsThatNeedADivision(int32 exponent) public {
        vm.assume(exponent < -18 || exponent > 0);
        _post(3000e8, 1e8, exponent, block.timestamp);
        _assertEmpty();
    }

    function test_read_takesTheOutermostExponents() public {
        _post(3000, 1, 1, block.timestamp - 2);
        _assertEmpty();
        _post(3e18, 1e16, -19, block.timestamp - 1);
        _assertEmpty();
        _post(3e18, 1e16, -18, block.timestamp);
        assertEq(source.read().spot, 3e18);
        _post(3000, 1, 0, block.timestamp + 1);
        assertEq(source.read().spot, 3000e18);
    }

    function testFuzz_read_isEmptyAboveTheLargestPrice(int64 price) public {
        uint256 limit = Parameters.MAX_PRICE / 1e14;
        _post(int64(bound(price, int256(limit + 1), type(int64).max)), 0, -4, block.timestamp);
        _assertEmpty();
        _post(int64(int256(limit)), 0, -4, block.timestamp + 1);
        assertEq(source.read().spot, limit * 1e14);
    }

    function testFuzz_read_isEmptyForEveryHostileManner(uint8 manner) public {
        Hostile hostile = _replacePyth();
        hostile.setManner(Manner(bound(manner, uint8(Manner.Empty), uint8(type(Manner).max))));
        uint256 left = gasleft();
        _assertEmpty();
        assertLt(left - gasleft(), 60_000, "bounded gas");
    }

    function testFuzz_read_neverReverts(uint256[4] memory words) public {
        uint256[] memory w = new uint256[](4);
        for (uint256 i; i < 4; ++i) w[i] = words[i];
        Hostile hostile = _replacePyth();
        hostile.setAnswer(w);
        _assertEmpty();
        (w[2], w[3]) = (uint256(-int256(bound(words[2], 0, 18))), block.timestamp);
        hostile.setAnswer(w);
        Reading memory r = source.read();
        assertTrue(r.spot == 0 || (r.low <= r.spot && r.spot <= r.high && r.publishedAt <= block.timestamp));
    }

    function testFuzz_read_answersTheSameForAnyGasOrReverts(uint256 gas_, uint256 waste) public {
        Hostile hostile = _replacePyth();
        hostile.setWaste(bound(waste, 0, 12_000));
        ICool(address(vm)).cool(address(hostile));
        ICool(address(vm)).cool(address(source));
        try source.read{gas: bound(gas_, 5_000, 100_000)}() returns (Reading memory r) {
            assertEq(r.spot, 3000e18);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), SafeRead.TooLittleGas.selector);
        }
    }

    function test_constructor_refusesAnUnknownPrice() public {
        PythConfig memory config = _config();
        config.priceId = "unknown";
        vm.expectRevert(
            abi.encodeWithSelector(PythSource.PriceNotReadable.selector, address(pyth), bytes32("unknown"))
        );
        new PythSource(config);
    }

    function testFuzz_constructor_refusesAMaximumAgeOutOfRange(uint256 age) public {
        vm.assume(age == 0 || age > 1 hours);
        PythConfig memory config = _config();
        config.maxAgeSeconds = age;
        vm.expectRevert(abi.encodeWithSelector(PythSource.InvalidMaxAge.selector, age, 1 hours));
        new PythSource(config);
    }

    function testFuzz_constructor_refusesAMultipleOutOfRange(uint256 multiple) public {
        vm.assume(multiple < 1e18 || multiple > 10e18);
        PythConfig memory config = _config();
        config.confidenceMultiple = multiple;
        vm.expectRevert(abi.encodeWithSelector(PythSource.InvalidConfidenceMultiple.selector, multiple, 1e18, 10e18));
        new PythSource(config);
    }

    function testFuzz_constructor_refusesAWidthOutOfRange(uint256 width) public {
        vm.assume(width == 0 || width > 0.1e18);
        PythConfig memory config = _config();
        config.maxWidth = width;
        vm.expectRevert(abi.encodeWithSelector(PythSource.InvalidMaxWidth.selector, width, 0.1e18));
        new PythSource(config);
    }

    function test_constructor_keepsItsConfiguration() public view {
        assertEq(address(source.PYTH()), address(pyth));
        assertEq(source.PRICE_ID(), ID);
        assertEq(source.MAX_AGE_SECONDS(), MAX_AGE);
        assertEq(source.CONFIDENCE_MULTIPLE(), MULTIPLE);
        assertEq(source.MAX_WIDTH(), MAX_WIDTH);
    }

    /// @dev Pyth drops a price that is not newer than the last.
    function _post(int64 price, uint64 confidence, int32 exponent, uint256 publishedAt) private {
        bytes[] memory updates = new bytes[](1);
        updates[0] = pyth.createPriceFeedUpdateData(ID, price, confidence, exponent, price, 0, uint64(publishedAt), 0);
        pyth.updatePriceFeeds(updates);
    }

    function _replacePyth() private returns (Hostile hostile) {
        vm.etch(address(pyth), address(new Hostile()).code);
        hostile = Hostile(payable(address(pyth)));
        uint256[] memory w = new uint256[](4);
        (w[0], w[1], w[2], w[3]) = (3000e8, 1e8, uint256(-int256(8)), block.timestamp);
        hostile.setAnswer(w);
    }

    function _config() private view returns (PythConfig memory) {
        return PythConfig(IPyth(address(pyth)), ID, MAX_AGE, MULTIPLE, MAX_WIDTH);
    }

    function _assertEmpty() private view {
        assertEq(abi.encode(source.read()), abi.encode(Reading(0, 0, 0, 0, false)));
    }
}
