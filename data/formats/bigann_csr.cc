#include "data/formats/bigann_csr.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "data/formats/collection_reader.h"
#include "data/io/array_reader.h"
#include "data/io/compressed_writer.h"

namespace temblor {
namespace {

struct Header {
    int64_t rows = 0;
    int64_t cols = 0;
    int64_t nnz = 0;
};
static_assert(sizeof(Header) == 24);

constexpr int64_t kMaxCols = int64_t{1} << 31;

struct Arrays {
    std::vector<uint64_t> offsets;
    std::vector<uint32_t> components;
    std::vector<float> values;
};

/// Bytes of a plain file with this header; nothing when that overflows.
std::optional<uint64_t> expected_size(const Header& header) {
    constexpr int64_t kMost = int64_t{1} << 58;
    if (header.rows < 0 || header.nnz < 0 || header.rows >= kMost || header.nnz >= kMost) {
        return std::nullopt;
    }
    const auto rows = static_cast<uint64_t>(header.rows);
    const auto nnz = static_cast<uint64_t>(header.nnz);
    return sizeof(Header) + (rows + 1) * sizeof(uint64_t) +
           nnz * (sizeof(uint32_t) + sizeof(float));
}

Status check_header(const Header& header, const std::string& path) {
    const auto refuse = [&](std::string_view field, int64_t value, std::string_view why) {
        return Status::corruption(path + ": header: " + std::string(field) + " is " +
                                  std::to_string(value) + " (" + std::string(why) + ")");
    };
    if (header.rows < 0) return refuse("rows", header.rows, "must not be negative");
    if (header.cols < 0) return refuse("cols", header.cols, "must not be negative");
    if (header.nnz < 0) return refuse("nnz", header.nnz, "must not be negative");
    if (header.cols > kMaxCols) {
        return refuse("cols", header.cols, "int32 components reach 2147483648 at most");
    }
    if (!expected_size(header)) {
        const bool many_rows = header.rows > header.nnz;
        return refuse(many_rows ? "rows" : "nnz", many_rows ? header.rows : header.nnz,
                      "the size of such a file would overflow");
    }
    return Status::ok();
}

Status check_offsets(std::span<const uint64_t> offsets, uint64_t nnz, const std::string& path) {
    const auto refuse = [&](size_t place, const std::string& why) {
        return Status::corruption(path + ": row " + std::to_string(place) + ": offset is " +
                                  std::to_string(static_cast<int64_t>(offsets[place])) + " (" +
                                  why + ")");
    };
    if (offsets.front() != 0) return refuse(0, "the first must be 0");
    for (size_t i = 1; i < offsets.size(); ++i) {
        if (offsets[i] >= offsets[i - 1] && offsets[i] <= nnz) continue;
        if (static_cast<int64_t>(offsets[i]) < 0) return refuse(i, "must not be negative");
        if (offsets[i] > nnz) return refuse(i, "nnz is " + std::to_string(nnz));
        return refuse(i, "runs backwards from " + std::to_string(offsets[i - 1]));
    }
    if (offsets.back() != nnz) {
        return refuse(offsets.size() - 1, "the last must be nnz, " + std::to_string(nnz));
    }
    return Status::ok();
}

Result<SparseDataset> checked(std::shared_ptr<const void> owner, std::span<const uint64_t> offsets,
                              std::span<const uint32_t> components, std::span<const float> values,
                              const Header& header, ValueRule rule, ReadingProgress& reading) {
    TEMBLOR_ASSIGN_OR_RETURN(SparseDataset dataset,
                             SparseDataset::from_views(std::move(owner), offsets, components,
                                                       values, static_cast<uint64_t>(header.cols)));
    TEMBLOR_RETURN_IF_ERROR(check_rows(dataset, rule, true, reading));
    reading.finish();
    return dataset;
}

}  // namespace

Result<SparseDataset> read_bigann_csr(ByteReader& reader, ValueRule rule,
                                      ReadingProgress& reading) {
    const std::string& path = reader.path();
    Header header;
    TEMBLOR_RETURN_IF_ERROR(read_exactly(reader, std::as_writable_bytes(std::span(&header, 1)),
                                         "header (rows, cols, nnz)"));
    TEMBLOR_RETURN_IF_ERROR(check_header(header, path));
    const auto rows = static_cast<uint64_t>(header.rows);
    const auto nnz = static_cast<uint64_t>(header.nnz);

    auto arrays = std::make_shared<Arrays>();
    const auto report = [&] { return reading.at(reader.file_position()); };
    TEMBLOR_RETURN_IF_ERROR(read_array(reader, rows + 1, "offsets", arrays->offsets, report));
    TEMBLOR_RETURN_IF_ERROR(check_offsets(arrays->offsets, nnz, path));
    TEMBLOR_RETURN_IF_ERROR(read_array(reader, nnz, "components", arrays->components, report));
    TEMBLOR_RETURN_IF_ERROR(read_array(reader, nnz, "values", arrays->values, report));

    uint64_t trailing = 0;
    std::vector<std::byte> rest(4096);
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader.read(rest));
        trailing += got;
        if (got < rest.size()) break;
        TEMBLOR_RETURN_IF_ERROR(report());
    }
    if (trailing != 0) {
        return Status::corruption(path + ": " + std::to_string(trailing) +
                                  " bytes after the last value");
    }
    const Arrays& kept = *arrays;
    return checked(arrays, kept.offsets, kept.components, kept.values, header, rule, reading);
}

Result<SparseDataset> view_bigann_csr(std::shared_ptr<const void> owner,
                                      std::span<const std::byte> bytes, ValueRule rule,
                                      ReadingProgress& reading) {
    const std::string& path = reading.path();
    TEMBLOR_CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint64_t) == 0);
    Header header;
    if (bytes.size() < sizeof(header)) {
        return Status::corruption(path + ": short file: header (rows, cols, nnz) needs 24 bytes, " +
                                  std::to_string(bytes.size()) + " are there");
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    TEMBLOR_RETURN_IF_ERROR(check_header(header, path));
    const uint64_t expected = *expected_size(header);
    if (bytes.size() < expected) {
        return Status::corruption(path + ": short file: " + std::to_string(header.rows) +
                                  " rows and " + std::to_string(header.nnz) + " entries need " +
                                  std::to_string(expected) + " bytes, " +
                                  std::to_string(bytes.size()) + " are there");
    }
    if (bytes.size() > expected) {
        return Status::corruption(path + ": " + std::to_string(bytes.size() - expected) +
                                  " bytes after the last value");
    }
    const auto rows = static_cast<uint64_t>(header.rows);
    const auto nnz = static_cast<uint64_t>(header.nnz);
    const std::byte* at = bytes.data() + sizeof(header);
    const std::span offsets(reinterpret_cast<const uint64_t*>(at), rows + 1);
    at += offsets.size_bytes();
    const std::span components(reinterpret_cast<const uint32_t*>(at), nnz);
    at += components.size_bytes();
    const std::span values(reinterpret_cast<const float*>(at), nnz);
    TEMBLOR_RETURN_IF_ERROR(check_offsets(offsets, nnz, path));
    return checked(std::move(owner), offsets, components, values, header, rule, reading);
}

bool is_whole_bigann_csr(std::span<const std::byte> head, uint64_t file_size) {
    Header header;
    if (head.size() < sizeof(header)) return false;
    std::memcpy(&header, head.data(), sizeof(header));
    return header.cols >= 0 && header.cols <= kMaxCols && expected_size(header) == file_size;
}

Status write_bigann_csr(const std::string& path, const SparseDataset& dataset,
                        std::string_view compression) {
    if (dataset.dim() > static_cast<uint64_t>(kMaxCols)) {
        return Status::invalid_argument(path + ": dimension " + std::to_string(dataset.dim()) +
                                        ": BigANN CSR holds int32 components, 2147483648 at most");
    }
    TEMBLOR_ASSIGN_OR_RETURN(auto writer, CompressedWriter::create(path, compression));
    const Header header{static_cast<int64_t>(dataset.rows()), static_cast<int64_t>(dataset.dim()),
                        static_cast<int64_t>(dataset.nnz())};
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(std::span(&header, 1))));
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.offsets())));
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.components())));
    TEMBLOR_RETURN_IF_ERROR(writer->write(std::as_bytes(dataset.values())));
    return writer->commit();
}

}  // namespace temblor
