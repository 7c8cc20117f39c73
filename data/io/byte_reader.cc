#include "data/io/byte_reader.h"

#include <algorithm>
#include <cstring>

#include "data/io/byte_source.h"

namespace temblor {
namespace {

class PlainReader final : public ByteReader {
public:
    PlainReader(std::string path, std::unique_ptr<ByteSource> source)
        : ByteReader(std::move(path)), source_(std::move(source)) {}

    Result<size_t> read(std::span<std::byte> out) override {
        size_t filled = 0;
        while (filled < out.size()) {
            TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> piece, source_->peek());
            if (piece.empty()) break;
            const size_t take = std::min(piece.size(), out.size() - filled);
            std::memcpy(out.data() + filled, piece.data(), take);
            source_->consume(take);
            filled += take;
        }
        return filled;
    }
    [[nodiscard]] uint64_t file_position() const override { return source_->position(); }
    [[nodiscard]] uint64_t file_size() const override { return source_->size(); }

private:
    std::unique_ptr<ByteSource> source_;
};

}  // namespace

Result<std::unique_ptr<ByteReader>> decode(std::string path, std::unique_ptr<ByteSource> source) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> head, source->peek());
    if (starts_as_gzip(head)) return make_gzip_reader(std::move(path), std::move(source));
    if (starts_as_zstd(head)) return make_zstd_reader(std::move(path), std::move(source));
    return make_plain_reader(std::move(path), std::move(source));
}

std::unique_ptr<ByteReader> make_plain_reader(std::string path,
                                              std::unique_ptr<ByteSource> source) {
    return std::make_unique<PlainReader>(std::move(path), std::move(source));
}

Result<std::unique_ptr<ByteReader>> open_byte_reader(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, open_file_source(path));
    return decode(path == "-" ? "standard input" : path, std::move(source));
}

Result<std::unique_ptr<ByteReader>> open_memory_reader(std::string name,
                                                       std::span<const std::byte> bytes) {
    return decode(std::move(name), open_memory_source(bytes));
}

Status read_exactly(ByteReader& reader, std::span<std::byte> out, const std::string& what) {
    TEMBLOR_ASSIGN_OR_RETURN(const size_t got, reader.read(out));
    if (got == out.size()) return Status::ok();
    return Status::corruption(reader.path() + ": short file: " + what + " needs " +
                              std::to_string(out.size()) + " bytes, " + std::to_string(got) +
                              " are left");
}

}  // namespace temblor
