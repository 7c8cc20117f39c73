#include "data/text/small_file.h"

#include <array>

#include <fmt/format.h>

#include "data/io/byte_reader.h"

namespace temblor {

Result<std::string> read_small_file(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto reader, open_byte_reader(path));
    std::string content;
    std::array<char, 1 << 16> chunk;
    for (;;) {
        TEMBLOR_ASSIGN_OR_RETURN(const size_t count,
                                 reader->read(std::as_writable_bytes(std::span(chunk))));
        content.append(chunk.data(), count);
        if (content.size() > kMaxSmallFileBytes) {
            return Status::resource_exhausted(
                fmt::format("{}: more than {} bytes", path, kMaxSmallFileBytes));
        }
        if (count < chunk.size()) return content;
    }
}

}  // namespace temblor
