#include "data/formats/dense_writer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "data/half_float.h"
#include "data/io/compressed_writer.h"

namespace temblor {
namespace {

bool is_finite_half(uint16_t half) { return (half & 0x7C00) != 0x7C00; }

Status write_halves(CompressedWriter& writer, const DenseDataset& dataset,
                    const std::string& path) {
    std::vector<uint16_t> halves(dataset.dim());
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const std::span<const float> row = dataset.row(r);
        std::transform(row.begin(), row.end(), halves.begin(), float_to_half);
        const auto wrong = std::find_if_not(halves.begin(), halves.end(), is_finite_half);
        if (wrong != halves.end()) {
            const auto column = static_cast<size_t>(wrong - halves.begin());
            return Status::invalid_argument(
                path + ": row " + std::to_string(r) + ": column " + std::to_string(column) +
                ": value " + std::to_string(row[column]) + " is past what f16 holds (below 65520)");
        }
        TEMBLOR_RETURN_IF_ERROR(writer.write(std::as_bytes(std::span(halves))));
    }
    return Status::ok();
}

}  // namespace

Status write_npy(const std::string& path, const DenseDataset& dataset, FloatWidth width,
                 std::string_view compression) {
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    TEMBLOR_RETURN_IF_ERROR(writer->write(make_npy_header(dataset.rows(), dataset.dim(), width)));
    if (width == FloatWidth::kF16) {
        TEMBLOR_RETURN_IF_ERROR(write_halves(*writer, dataset, path));
    } else {
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.values())));
    }
    return writer->commit();
}

Status write_fbin(const std::string& path, const DenseDataset& dataset,
                  std::string_view compression) {
    if (dataset.rows() > UINT32_MAX) {
        return Status::invalid_argument(path + ": " + std::to_string(dataset.rows()) +
                                        " rows: .fbin holds 2^32 - 1");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    const std::array<uint32_t, 2> header{static_cast<uint32_t>(dataset.rows()),
                                         static_cast<uint32_t>(dataset.dim())};
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(std::span(header))));
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.values())));
    return writer->commit();
}

Status write_fvecs(const std::string& path, const DenseDataset& dataset,
                   std::string_view compression) {
    if (dataset.rows() == 0) {
        return Status::invalid_argument(path + ": no rows: .fvecs holds one at least");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    const auto dim = static_cast<int32_t>(dataset.dim());
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(std::span(&dim, 1))));
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.row(r))));
    }
    return writer->commit();
}

}  // namespace temblor
