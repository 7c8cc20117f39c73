#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/formats/collection_reader.h"
#include "data/formats/input_file.h"
#include "data/io/byte_reader.h"
#include "data/io/line_reader.h"
#include "data/point.h"
#include "data/progress.h"
#include "data/status.h"
#include "index/collection/point_json.h"
#include "index/collection/schema.h"

namespace temblor {

/// What a file of points holds.
enum class PointFormat : uint8_t {
    kPoints,   ///< JSONL of whole points (point_json.h)
    kVectors,  ///< JSONL, a sparse vector a line (jsonl_reader.h); tokens must be component numbers
    kBigAnnCsr,
    kSeismicBinary,
};
/// "points", "jsonl", "csr", "seismic".
Result<PointFormat> parse_point_format(std::string_view name);

struct PointInputOptions {
    std::optional<PointFormat>
        format;  ///< absent: told from the content, JSONL's by its first line
    /// The sparse vector of the schema that vectors without a name go to; absent: its only one. Not
    /// for whole points.
    std::optional<std::string> vector;
    /// An id a line, in row order; empty: ids of the file, or row numbers. Not for whole points.
    std::string ids_path;
    TextReader text;  ///< for text in the place of vectors of whole points; none: it is refused
};

/// Points out of a file, one after the other. JSONL is streamed; a plain CSR file is mapped; CSR
/// that is compressed or comes through a pipe and Seismic's format are in memory. Not thread-safe.
class PointInput {
public:
    virtual ~PointInput() = default;
    /// False at the end. Errors name file, line or row, and field.
    virtual Result<bool> next(Point& point) = 0;
    /// Steps over `count` points without looking at them and returns how many there were.
    virtual Result<uint64_t> skip(uint64_t count, const Progress& progress) = 0;
    /// Where the point that next() gave last stands: "PATH:LINE" or "PATH: row N".
    [[nodiscard]] virtual std::string place() const = 0;
    /// All points, an estimate while JSONL is read; 0 when unknown.
    [[nodiscard]] virtual uint64_t expected_points() const = 0;
};

/// `path` may be "-" for standard input; plain, gzip or zstd. Errors: those of opening;
/// kInvalidArgument (no format fits; `schema` has not the vector; an option that is not for what
/// the file holds).
Result<std::unique_ptr<PointInput>> open_point_input(const std::string& path, const Schema& schema,
                                                     const PointInputOptions& options,
                                                     Progress& progress);

/// An id a line, beside the rows of another file. Errors name file and line.
class IdLines {
public:
    static Result<std::unique_ptr<IdLines>> open(const std::string& path);
    /// The id of the next row; that there is none is an error.
    Result<DocumentId> next();
    /// Steps over one id.
    Status skip();
    /// After the last row: ids that are left over are an error.
    Status finish();

private:
    explicit IdLines(std::unique_ptr<ByteReader> reader)
        : reader_(std::move(reader)), lines_(*reader_) {}
    Result<std::string_view> line();

    std::unique_ptr<ByteReader> reader_;
    LineReader lines_;
    uint64_t taken_ = 0;
};

/// The two sides of open_point_input().
Result<std::unique_ptr<PointInput>> open_point_lines(InputFile input, const Schema& schema,
                                                     const PointInputOptions& options);
Result<std::unique_ptr<PointInput>> open_point_rows(const std::string& path, InputFile input,
                                                    const Schema& schema,
                                                    const PointInputOptions& options,
                                                    Progress& progress);

/// The sparse vector that vectors without a name go to. Errors: kInvalidArgument lists those there
/// are.
Result<std::string> choose_sparse_vector(const Schema& schema,
                                         const std::optional<std::string>& wanted);

}  // namespace temblor
