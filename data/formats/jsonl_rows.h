#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/document_ids.h"
#include "data/formats/jsonl_line.h"
#include "data/formats/reading_progress.h"
#include "data/io/byte_reader.h"
#include "data/io/line_reader.h"
#include "data/status.h"

namespace temblor {

/// Walks over the lines of a JSONL file that hold something, and holds them to what must be the
/// same on all of them: the shape, and whether there is an id.
class JsonlRows {
public:
    JsonlRows(ByteReader& reader, ReadingProgress& reading, bool text_first, bool keep_payload);

    /// False at the end. Errors begin with "PATH:LINE: ".
    Result<bool> next(JsonlLine& line);
    /// The shape of all lines so far; none before the first.
    [[nodiscard]] std::optional<LineShape> shape() const { return shape_; }
    /// "PATH:LINE" of the line that next() gave last.
    [[nodiscard]] std::string place() const { return lines_.place(); }
    [[nodiscard]] JsonlLineParser& parser() { return parser_; }
    /// After the last line: the ids, or row numbers where no line has one. A repeated id is an
    /// error that names both lines.
    Result<DocumentIds> take_ids();

private:
    [[nodiscard]] uint64_t line_of(uint64_t row) const;

    ReadingProgress& reading_;
    LineReader lines_;
    JsonlLineParser parser_;
    std::optional<LineShape> shape_;
    bool has_ids_ = false;
    uint64_t rows_ = 0;
    std::vector<std::string> ids_;
    /// From row `first` on, line number minus row; an entry for each run of blank lines.
    std::vector<std::pair<uint64_t, uint64_t>> line_shifts_;
};

}  // namespace temblor
