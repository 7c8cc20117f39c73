#include "index/collection/dense_matrix.h"

#include <stdexcept>
#include <vector>

#include "index/segment_writer.h"

namespace temblor {

Result<DenseMatrix> DenseMatrix::open(const std::string& path, uint32_t size, uint64_t rows) {
    DenseMatrix matrix;
    matrix.size_ = size;
    TEMBLOR_ASSIGN_OR_RETURN(matrix.file_, SectionFile::open(path));
    // Small, and trusted as a bitmap, so it is checked at once.
    TEMBLOR_RETURN_IF_ERROR(matrix.file_.check(SectionKind::kDensePresent).with_context(path));
    const auto stored = matrix.file_.section(SectionKind::kDensePresent);
    try {
        matrix.present_ =
            RowBitmap::readSafe(reinterpret_cast<const char*>(stored.data()), stored.size());
    } catch (const std::exception&) {
        return Status::corruption(path + ": section dense_present: not a bitmap");
    }
    auto values = matrix.file_.array<float>(SectionKind::kDenseValues);
    if (!values.is_ok()) return std::move(values).status().with_context(path);
    matrix.values_ = *values;
    const uint64_t count = matrix.present_.cardinality();
    if (count > 0 && matrix.present_.maximum() >= rows)
        return Status::corruption(path + ": section dense_present: a row past the segment's end");
    if (matrix.values_.size() != count * size) {
        return Status::corruption(
            path + ": section dense_values: " + std::to_string(matrix.values_.size()) +
            " values, expected " + std::to_string(count) + " * " + std::to_string(size));
    }
    return matrix;
}

Status write_dense_matrix(const std::string& path, const RowBitmap& present,
                          std::span<const float> values, FileSystem& files) {
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path, files));
    std::vector<char> bytes(present.getSizeInBytes());
    bytes.resize(present.write(bytes.data()));
    TEMBLOR_RETURN_IF_ERROR(
        writer->add_array<char>(SectionKind::kDensePresent, std::span<const char>(bytes)));
    TEMBLOR_RETURN_IF_ERROR(writer->add_array<float>(SectionKind::kDenseValues, values));
    return writer->finish();
}

}  // namespace temblor
