#include "data/formats/seismic_binary.h"

#include <algorithm>
#include <vector>

#include "data/formats/collection_reader.h"
#include "data/io/array_reader.h"
#include "data/io/compressed_writer.h"

namespace temblor {
namespace {

Result<uint64_t> count_trailing(ByteReader& reader) {
    uint64_t trailing = 0;
    std::vector<std::byte> rest(4096);
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader.read(rest));
        trailing += got;
        if (got < rest.size()) return trailing;
    }
}

}  // namespace

Result<SparseDataset> read_seismic_binary(ByteReader& reader, ValueRule rule,
                                          ReadingProgress& reading) {
    uint32_t rows = 0;
    TEMBLOR_RETURN_IF_ERROR(
        read_exactly(reader, std::as_writable_bytes(std::span(&rows, 1)), "header (rows)"));
    std::vector<uint64_t> offsets{0};
    std::vector<uint32_t> components;
    std::vector<float> values;
    const std::function<Status()> report = [&] { return reading.at(reader.file_position()); };
    for (uint32_t row = 0; row < rows; ++row) {
        const std::string name = "row " + std::to_string(row);
        uint32_t nnz = 0;
        TEMBLOR_RETURN_IF_ERROR(read_exactly(reader, std::as_writable_bytes(std::span(&nnz, 1)),
                                             name + " of " + std::to_string(rows) + ": nnz"));
        TEMBLOR_RETURN_IF_ERROR(read_array(reader, nnz, name + ": components", components, report));
        TEMBLOR_RETURN_IF_ERROR(read_array(reader, nnz, name + ": values", values, report));
        offsets.push_back(components.size());
        if (row % 1024 == 0) TEMBLOR_RETURN_IF_ERROR(report());
    }
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t trailing, count_trailing(reader));
    if (trailing != 0) {
        return Status::corruption(reader.path() + ": " + std::to_string(trailing) +
                                  " bytes after the last of " + std::to_string(rows) + " rows");
    }
    const auto largest = std::max_element(components.begin(), components.end());
    const uint64_t dim = largest == components.end() ? 0 : uint64_t{*largest} + 1;
    TEMBLOR_ASSIGN_OR_RETURN(SparseDataset dataset,
                             SparseDataset::from_arrays(std::move(offsets), std::move(components),
                                                        std::move(values), dim));
    TEMBLOR_RETURN_IF_ERROR(check_rows(dataset, rule, false, reading));
    reading.finish();
    return dataset;
}

Status write_seismic_binary(const std::string& path, const SparseDataset& dataset,
                            std::string_view compression) {
    if (dataset.rows() > UINT32_MAX) {
        return Status::invalid_argument(path + ": " + std::to_string(dataset.rows()) +
                                        " rows: Seismic's format holds 2^32 - 1");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    const auto rows = static_cast<uint32_t>(dataset.rows());
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(std::span(&rows, 1))));
    for (uint32_t row = 0; row < rows; ++row) {
        const SparseVectorView vector = dataset.row(row);
        if (vector.nnz() > UINT32_MAX) {
            return Status::invalid_argument(path + ": row " + std::to_string(row) +
                                            ": over 2^32 - 1 entries");
        }
        const auto nnz = static_cast<uint32_t>(vector.nnz());
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(std::span(&nnz, 1))));
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(vector.components)));
        TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(vector.values)));
    }
    return writer->commit();
}

}  // namespace temblor
