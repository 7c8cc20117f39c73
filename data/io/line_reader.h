#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/byte_reader.h"
#include "data/status.h"

namespace temblor {

/// The lines of a text file, without their ends (\n or \r\n). A byte order mark at the start is
/// dropped. The last line needs no end.
class LineReader {
public:
    static constexpr size_t kLongestLine = size_t{64} << 20;
    /// Bytes that may be read, whatever they hold, past the end of a line.
    static constexpr size_t kPadding = 64;

    /// `reader` must outlive this.
    explicit LineReader(ByteReader& reader);

    /// False at the end. `line` is valid until the next call. Errors: the reader's, and
    /// kInvalidArgument "PATH:LINE: longer than 64 MiB".
    Result<bool> next(std::string_view& line);
    /// Of the line that next() gave last; the first is 1.
    [[nodiscard]] uint64_t line_number() const { return line_number_; }
    /// "PATH:LINE", as errors begin.
    [[nodiscard]] std::string place() const;
    [[nodiscard]] uint64_t file_position() const { return reader_.file_position(); }

private:
    Status fill();

    ByteReader& reader_;
    std::vector<char> buffer_;
    size_t begin_ = 0;
    size_t end_ = 0;
    uint64_t line_number_ = 0;
    bool at_end_ = false;
};

/// Whether a line holds nothing but blanks.
bool is_blank(std::string_view line);

}  // namespace temblor
