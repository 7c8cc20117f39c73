#include "data/io/line_reader.h"

#include <algorithm>
#include <cstring>

namespace temblor {
namespace {

constexpr size_t kFirstBuffer = size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(ByteReader& reader) : reader_(reader), buffer_(kFirstBuffer + kPadding) {}

std::string LineReader::place() const {
    return reader_.path() + ":" + std::to_string(line_number_);
}

Status LineReader::fill() {
    if (begin_ != 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ + kPadding == buffer_.size()) buffer_.resize(2 * end_ + kPadding);
    const std::span<char> room(buffer_.data() + end_, buffer_.size() - kPadding - end_);
    TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader_.read(std::as_writable_bytes(room)));
    end_ += got;
    at_end_ = got < room.size();
    return Status::ok();
}

Result<bool> LineReader::next(std::string_view& line) {
    size_t searched = 0;
    ++line_number_;
    while (true) {
        const char* start = buffer_.data() + begin_;
        const auto* newline =
            static_cast<const char*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
        const bool last = newline == nullptr && at_end_;
        const size_t length =
            newline != nullptr ? static_cast<size_t>(newline - start) : end_ - begin_;
        if (length > kLongestLine) {
            return Status::invalid_argument(place() + ": longer than 64 MiB");
        }
        if (last && length == 0) return false;
        if (newline != nullptr || last) {
            line = std::string_view(start, length);
            begin_ += length + (last ? 0 : 1);
            break;
        }
        searched = end_ - begin_;
        TEMBLOR_RETURN_IF_ERROR(fill());
    }
    if (line_number_ == 1 && line.starts_with(kByteOrderMark)) {
        line.remove_prefix(kByteOrderMark.size());
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace temblor
