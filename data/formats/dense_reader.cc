#include "data/formats/dense_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "data/formats/npy_header.h"
#include "data/half_float.h"
#include "data/io/array_reader.h"
#include "data/io/byte_source.h"
#include "data/io/mapped_file.h"
#include "data/io/peekable_reader.h"

namespace temblor {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read as they lie");

constexpr uint64_t kMostDenseRows = uint64_t{1} << 40;
constexpr uint64_t kRowsBetweenReports = 1024;

Status check_dense_shape(const NpyHeader& shape, const std::string& path) {
    if (shape.dim == 0 || shape.dim > kMaxDenseDim) {
        return Status::corruption(path + ": header: dimension is " + std::to_string(shape.dim) +
                                  " (expected 1 to " + std::to_string(kMaxDenseDim) + ")");
    }
    if (shape.rows > kMostDenseRows) {
        return Status::corruption(path + ": header: rows is " + std::to_string(shape.rows) +
                                  " (expected 2^40 at most)");
    }
    return Status::ok();
}

// The header of a .npy or .fbin, its shape within bounds: products of it do not overflow.
Result<NpyHeader> read_shape(ByteReader& reader, DenseFormat format) {
    NpyHeader shape;
    if (format == DenseFormat::kNpy) {
        TEMBLOR_ASSIGN_OR_RETURN(shape, read_npy_header(reader));
    } else {
        std::array<uint32_t, 2> words{};
        TEMBLOR_RETURN_IF_ERROR(
            read_exactly(reader, std::as_writable_bytes(std::span(words)), "header (rows, dim)"));
        shape.rows = words[0];
        shape.dim = words[1];
        shape.data_offset = sizeof(words);
    }
    TEMBLOR_RETURN_IF_ERROR(check_dense_shape(shape, reader.path()));
    return shape;
}

Status check_finite(const DenseDataset& dataset, uint64_t read, ReadingProgress& reading) {
    constexpr int32_t kNotFinite = 0x7F80'0000;
    const uint64_t left = reading.total() - std::min(read, reading.total());
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        if (r % kRowsBetweenReports == 0) {
            const double share = static_cast<double>(r) / static_cast<double>(dataset.rows());
            const double seen = share * static_cast<double>(left);
            TEMBLOR_RETURN_IF_ERROR(reading.at(read + static_cast<uint64_t>(seen)));
        }
        const std::span<const float> row = dataset.row(r);
        int32_t largest = 0;
        for (const float value : row) {
            largest = std::max(largest, std::bit_cast<int32_t>(value) & 0x7FFF'FFFF);
        }
        if (largest < kNotFinite) continue;
        const auto wrong =
            std::find_if(row.begin(), row.end(), [](float value) { return !std::isfinite(value); });
        return Status::invalid_argument(reading.path() + ": row " + std::to_string(r) +
                                        ": column " + std::to_string(wrong - row.begin()) +
                                        ": value is " + (std::isnan(*wrong) ? "NaN" : "infinite") +
                                        " (expected a finite number)");
    }
    return Status::ok();
}

Result<DenseDataset> finished(Result<DenseDataset> dataset, uint64_t read,
                              ReadingProgress& reading) {
    if (!dataset.is_ok()) return std::move(dataset).status().with_context(reading.path());
    TEMBLOR_RETURN_IF_ERROR(check_finite(*dataset, read, reading));
    reading.finish();
    return dataset;
}

Status read_halves(ByteReader& reader, uint64_t count, std::vector<float>& values,
                   const std::function<Status()>& report) {
    constexpr uint64_t kChunk = uint64_t{1} << 18;
    constexpr uint64_t kUsualRatio = 4;  // of compression, as in read_array
    if (count <= reader.file_size() * kUsualRatio / sizeof(uint16_t)) values.reserve(count);
    std::vector<uint16_t> halves;
    for (uint64_t done = 0; done < count; done += halves.size()) {
        halves.resize(std::min(count - done, kChunk));
        const std::span<uint16_t> fresh(halves);
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader.read(std::as_writable_bytes(fresh)));
        if (got < fresh.size_bytes()) {
            return Status::corruption(reader.path() + ": short file: values has " +
                                      std::to_string(count) + " entries, the file ends in entry " +
                                      std::to_string(done + got / 2));
        }
        std::transform(halves.begin(), halves.end(), std::back_inserter(values), half_to_float);
        TEMBLOR_RETURN_IF_ERROR(report());
    }
    return Status::ok();
}

Status expect_end(ByteReader& reader, const std::function<Status()>& report) {
    uint64_t trailing = 0;
    std::vector<std::byte> rest(4096);
    size_t got = rest.size();
    while (got == rest.size()) {
        TEMBLOR_ASSIGN_OR_RETURN(got, reader.read(rest));
        trailing += got;
        TEMBLOR_RETURN_IF_ERROR(report());
    }
    if (trailing == 0) return Status::ok();
    return Status::corruption(reader.path() + ": " + std::to_string(trailing) +
                              " bytes after the last value");
}

Result<DenseDataset> read_fvecs(ByteReader& reader, ReadingProgress& reading) {
    std::vector<float> values;
    uint64_t rows = 0;
    int32_t dim = 0;
    while (true) {
        if (rows % kRowsBetweenReports == 0) {
            TEMBLOR_RETURN_IF_ERROR(reading.at(reader.file_position()));
        }
        int32_t found = 0;
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got,
                                 reader.read(std::as_writable_bytes(std::span(&found, 1))));
        if (got == 0 && rows != 0) break;
        const auto place = [&] { return reader.path() + ": row " + std::to_string(rows); };
        if (got < sizeof(found)) {
            return Status::corruption(reader.path() + ": short file: row " + std::to_string(rows) +
                                      ": dimension needs 4 bytes, " + std::to_string(got) +
                                      " are left");
        }
        if (rows == 0) {
            if (found < 1 || found > static_cast<int32_t>(kMaxDenseDim)) {
                return Status::corruption(place() + ": dimension is " + std::to_string(found) +
                                          " (expected 1 to " + std::to_string(kMaxDenseDim) + ")");
            }
            dim = found;
            values.reserve(reader.file_size() / sizeof(float));
        }
        if (found != dim) {
            return Status::corruption(place() + ": dimension is " + std::to_string(found) +
                                      " (expected " + std::to_string(dim) + " as in row 0)");
        }
        const size_t before = values.size();
        values.resize(before + static_cast<size_t>(dim));
        const std::span<float> fresh(values.data() + before, static_cast<size_t>(dim));
        TEMBLOR_ASSIGN_OR_RETURN(const size_t filled, reader.read(std::as_writable_bytes(fresh)));
        if (filled < fresh.size_bytes()) {
            return Status::corruption(reader.path() + ": short file: row " + std::to_string(rows) +
                                      ": values need " + std::to_string(fresh.size_bytes()) +
                                      " bytes, " + std::to_string(filled) + " are left");
        }
        ++rows;
    }
    return finished(DenseDataset::from_values(std::move(values), static_cast<uint64_t>(dim)),
                    reader.file_position(), reading);
}

}  // namespace

Result<DenseDataset> read_dense_from(ByteReader& reader, DenseFormat format,
                                     ReadingProgress& reading) {
    if (format == DenseFormat::kFvecs) return read_fvecs(reader, reading);
    TEMBLOR_ASSIGN_OR_RETURN(const NpyHeader shape, read_shape(reader, format));
    const uint64_t count = shape.rows * shape.dim;
    const std::function<Status()> report = [&] { return reading.at(reader.file_position()); };
    TEMBLOR_RETURN_IF_ERROR(report());
    std::vector<float> values;
    if (shape.width == FloatWidth::kF16) {
        TEMBLOR_RETURN_IF_ERROR(read_halves(reader, count, values, report));
    } else {
        TEMBLOR_RETURN_IF_ERROR(read_array(reader, count, "values", values, report));
    }
    TEMBLOR_RETURN_IF_ERROR(expect_end(reader, report));
    return finished(DenseDataset::from_values(std::move(values), shape.dim), reader.file_position(),
                    reading);
}

Result<DenseDataset> view_dense(std::shared_ptr<const void> owner, std::span<const std::byte> bytes,
                                DenseFormat format, ReadingProgress& reading) {
    const std::string& path = reading.path();
    TEMBLOR_CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % alignof(float) == 0);
    const auto open = [&] { return make_plain_reader(path, open_memory_source(bytes)); };
    if (format == DenseFormat::kFvecs) return read_dense_from(*open(), format, reading);

    TEMBLOR_ASSIGN_OR_RETURN(const NpyHeader shape, read_shape(*open(), format));
    const uint64_t size = shape.rows * shape.dim * static_cast<uint64_t>(shape.width);
    const uint64_t found = bytes.size() - shape.data_offset;
    if (found < size) {
        return Status::corruption(path + ": short file: " + std::to_string(shape.rows) +
                                  " rows of dimension " + std::to_string(shape.dim) + " need " +
                                  std::to_string(size) + " bytes, " + std::to_string(found) +
                                  " are there");
    }
    if (found > size) {
        return Status::corruption(path + ": " + std::to_string(found - size) +
                                  " bytes after the last value");
    }
    if (shape.width != FloatWidth::kF32 || shape.data_offset % alignof(float) != 0) {
        return read_dense_from(*open(), format, reading);
    }
    const std::span values(reinterpret_cast<const float*>(bytes.data() + shape.data_offset),
                           shape.rows * shape.dim);
    return finished(DenseDataset::from_view(std::move(owner), values, shape.dim), shape.data_offset,
                    reading);
}

Result<DenseDataset> read_dense(const std::string& path, Progress& progress,
                                std::optional<DenseFormat> format) {
    const std::string name = path == "-" ? "standard input" : path;
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open_file_source(path));
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> raw, source->peek());
    const uint64_t size = source->size();
    // A .fbin of the right row count begins with the very bytes of a gzip header; its length gives
    // it away.
    const bool whole_fbin =
        format.value_or(DenseFormat::kFbin) == DenseFormat::kFbin && is_whole_fbin(raw, size);
    const bool compressed = !whole_fbin && (starts_as_gzip(raw) || starts_as_zstd(raw));
    std::unique_ptr<ByteReader> decoded;
    if (compressed) {
        TEMBLOR_ASSIGN_OR_RETURN(decoded, decode(name, std::move(source)));
    } else {
        decoded = make_plain_reader(name, std::move(source));
    }
    PeekableReader reader(std::move(decoded));
    if (!format) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> head, reader.peek());
        TEMBLOR_ASSIGN_OR_RETURN(format, detect_dense_format(head, compressed ? 0 : size, name));
    }
    ReadingProgress reading(progress, name, size);
    if (compressed || size == 0) return read_dense_from(reader, *format, reading);
    TEMBLOR_ASSIGN_OR_RETURN(const std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    return view_dense(file, file->bytes(), *format, reading);
}

}  // namespace temblor
