// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {Reading} from "../../../contracts/interfaces/IPriceSource.sol";
import {SafeRead} from "../../../contracts/libraries/SafeRead.sol";

/// @notice A cheatcode that forge-std's own interface does not list: `target` is cold again, as in a new transaction.
interface ICool {
    function cool(address target) external;
}

/// @notice How a `Hostile` answers any call.
enum Manner {
    Faithful,
    Empty,
    Short,
    Long,
    ReturnBomb,
    Revert,
    RevertBomb,
    Burn
}

/// @notice Answers every call with the words it was given, or in one of the ways in which a contract can be hostile.
contract Hostile {
    uint256 internal constant BOMB = 60_000;

    Manner public manner;
    /// @notice Gas to waste before a faithful answer.
    uint256 public waste;
    uint256[] public answer;

    function setManner(Manner manner_) external {
        manner = manner_;
    }

    function setWaste(uint256 waste_) external {
        waste = waste_;
    }

    function setAnswer(uint256[] calldata answer_) external {
        answer = answer_;
    }

    function setReading(Reading calldata r) external {
        answer = [r.spot, r.low, r.high, r.publishedAt, r.live ? 1 : 0];
    }

    fallback() external payable {
        Manner m = manner;
        if (m == Manner.Burn) _burn();
        if (m == Manner.Revert || m == Manner.RevertBomb) _exit(new uint256[](0), m == Manner.Revert ? 0 : BOMB, true);
        uint256[] memory words = answer;
        uint256 left = gasleft();
        uint256 wasted = waste;
        while (left - gasleft() < wasted) {}
        uint256 size = 32 * words.length;
        if (m == Manner.Empty) size = 0;
        if (m == Manner.Short) size -= 1;
        if (m == Manner.Long) size += 1;
        if (m == Manner.ReturnBomb) size = BOMB;
        _exit(words, size, false);
    }

    function _burn() private pure {
        assembly ("memory-safe") {
            invalid() // takes all gas of the call
        }
    }

    function _exit(uint256[] memory words, uint256 size, bool isRevert) private pure {
        // Reads beyond the words, into memory that is never used again.
        assembly ("memory-safe") {
            if isRevert {
                revert(add(words, 32), size)
            }
            return(add(words, 32), size)
        }
    }
}

/// @notice Calls the library from a context whose gas a test can choose.
contract Reader {
    function read(address source) external view returns (Reading memory) {
        return SafeRead.read(source);
    }

    function read(address source, uint256 gasLimit) external view returns (Reading memory) {
        return SafeRead.read(source, gasLimit);
    }

    function words(
        address target,
        bytes calldata query,
        uint256 gasLimit,
        uint256 count
    ) external view returns (bool, uint256[5] memory) {
        return SafeRead.words(target, query, gasLimit, count);
    }

    /// @notice The same as `words` in plain Solidity, which copies everything it is sent.
    function wordsPlainly(
        address target,
        bytes calldata query,
        uint256 gasLimit,
        uint256 count
    ) external view returns (bool ok, uint256[5] memory w) {
        bytes memory data;
        (ok, data) = target.staticcall{gas: gasLimit}(query);
        ok = ok && data.length == 32 * count;
        for (uint256 i; ok && i < count; ++i) w[i] = uint256(bytes32(this.slice(data, 32 * i)));
    }

    function slice(bytes calldata data, uint256 start) external pure returns (bytes calldata) {
        return data[start:start + 32];
    }
}
