#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/io/file_system.h"
#include "data/row_bitmap.h"
#include "data/status.h"
#include "index/section_file.h"

namespace temblor {

/// A named dense vector of every row of a segment that has it, mapped from its file: a section with
/// the rows that have it (a portable Roaring bitmap) and one with their values, row after row.
/// Immutable.
class DenseMatrix {
public:
    /// Checks that the sections agree; the values are only touched when they are read.
    static Result<DenseMatrix> open(const std::string& path, uint32_t size, uint64_t rows);

    [[nodiscard]] const RowBitmap& present() const { return present_; }
    [[nodiscard]] uint32_t size() const { return size_; }
    /// The vector of the i-th row of present().
    [[nodiscard]] std::span<const float> at(uint64_t i) const {
        return values_.subspan(i * size_, size_);
    }
    [[nodiscard]] uint64_t bytes() const { return file_.bytes().size(); }
    [[nodiscard]] const SectionFile& file() const { return file_; }

private:
    SectionFile file_;
    RowBitmap present_;
    std::span<const float> values_;
    uint32_t size_ = 0;
};

/// Writes such a file. `values` has present.cardinality() * size entries.
Status write_dense_matrix(const std::string& path, const RowBitmap& present,
                          std::span<const float> values, FileSystem& files);

}  // namespace temblor
