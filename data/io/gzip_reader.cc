#include <algorithm>
#include <limits>

#include <zlib.h>

#include "data/io/byte_source.h"

namespace temblor {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

/// Members one after the other read as one stream, as gzip(1) and pigz write them.
class GzipReader final : public ByteReader {
public:
    GzipReader(std::string path, std::unique_ptr<ByteSource> source)
        : ByteReader(std::move(path)), source_(std::move(source)) {
        ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
    }
    ~GzipReader() override {
        if (ready_) inflateEnd(&stream_);
    }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    Result<size_t> read(std::span<std::byte> out) override {
        if (!ready_) return Status::resource_exhausted(path() + ": no memory for gzip");
        size_t filled = 0;
        while (filled < out.size()) {
            TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> piece, source_->peek());
            if (piece.empty() && in_member_) {
                return Status::corruption(path() + ": gzip stream is cut off after " +
                                          std::to_string(source_->position()) + " bytes");
            }
            if (piece.empty()) break;
            TEMBLOR_ASSIGN_OR_RETURN(const size_t got, inflate_piece(piece, out.subspan(filled)));
            filled += got;
        }
        return filled;
    }
    [[nodiscard]] uint64_t file_position() const override { return source_->position(); }
    [[nodiscard]] uint64_t file_size() const override { return source_->size(); }

private:
    Result<size_t> inflate_piece(std::span<const std::byte> piece, std::span<std::byte> out) {
        constexpr size_t kMost = std::numeric_limits<uInt>::max();
        const auto in_size = static_cast<uInt>(std::min(piece.size(), kMost));
        const auto out_size = static_cast<uInt>(std::min(out.size(), kMost));
        // zlib's interface predates const; it does not write to its input.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(piece.data()));
        stream_.avail_in = in_size;
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = out_size;
        in_member_ = true;
        const int code = inflate(&stream_, Z_NO_FLUSH);
        source_->consume(in_size - stream_.avail_in);
        if (code == Z_STREAM_END) {
            in_member_ = false;
            inflateReset(&stream_);
        } else if (code == Z_MEM_ERROR) {
            return Status::resource_exhausted(path() + ": no memory for gzip");
        } else if (code != Z_OK && code != Z_BUF_ERROR) {
            return Status::corruption(path() + ": damaged gzip stream near byte " +
                                      std::to_string(source_->position()) + ": " +
                                      (stream_.msg != nullptr ? stream_.msg : "unknown cause"));
        }
        return size_t{out_size - stream_.avail_out};
    }

    std::unique_ptr<ByteSource> source_;
    z_stream stream_{};
    bool ready_ = false;
    bool in_member_ = false;
};

}  // namespace

bool starts_as_gzip(std::span<const std::byte> head) {
    constexpr auto kReservedFlags = std::byte{0xE0};
    return head.size() >= 4 && head[0] == std::byte{0x1F} && head[1] == std::byte{0x8B} &&
           head[2] == std::byte{Z_DEFLATED} && (head[3] & kReservedFlags) == std::byte{0};
}

std::unique_ptr<ByteReader> make_gzip_reader(std::string path, std::unique_ptr<ByteSource> source) {
    return std::make_unique<GzipReader>(std::move(path), std::move(source));
}

}  // namespace temblor
