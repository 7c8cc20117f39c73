#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace temblor {

/// A sum for each row, zero until something is added. Knows which blocks of 64 rows were touched,
/// so that reading and clearing it costs what was touched and not what there is. One thread.
class RowScores {
public:
    static constexpr uint32_t kBlockBits = 6;

    /// Makes room for `rows` rows; keeps what is there.
    void reserve(uint32_t rows) {
        const size_t blocks = (size_t{rows} >> kBlockBits) + 1;
        if (blocks <= touched_.size()) return;
        touched_.resize(blocks);
        sums_.resize(blocks << kBlockBits);
    }

    /// For loops that add: `sums()[row] += x; touched()[row >> kBlockBits] = 1;`
    [[nodiscard]] double* sums() { return sums_.data(); }
    [[nodiscard]] uint8_t* touched() { return touched_.data(); }

    /// Calls visit(first row, 64 sums) for each touched block, rows rising, and clears it.
    template <typename Visit>
    void drain(Visit visit) {
        for (size_t block = 0; block < touched_.size(); ++block) {
            if (touched_[block] == 0) continue;
            touched_[block] = 0;
            double* const sums = sums_.data() + (block << kBlockBits);
            visit(static_cast<uint32_t>(block << kBlockBits), static_cast<const double*>(sums));
            std::fill_n(sums, size_t{1} << kBlockBits, 0.0);
        }
    }

private:
    std::vector<double> sums_;
    std::vector<uint8_t> touched_;
};

}  // namespace temblor
