#include <cstring>

#include <zstd.h>

#include "data/io/byte_source.h"

namespace temblor {
namespace {

/// Frames one after the other read as one stream; skippable frames are stepped over.
class ZstdReader final : public ByteReader {
public:
    ZstdReader(std::string path, std::unique_ptr<ByteSource> source)
        : ByteReader(std::move(path)),
          source_(std::move(source)),
          context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {}

    Result<size_t> read(std::span<std::byte> out) override {
        if (context_ == nullptr) return Status::resource_exhausted(path() + ": no memory for zstd");
        ZSTD_outBuffer sink{out.data(), out.size(), 0};
        while (sink.pos < sink.size) {
            TEMBLOR_ASSIGN_OR_RETURN(const std::span<const std::byte> piece, source_->peek());
            if (piece.empty() && !in_frame_) break;
            ZSTD_inBuffer in{piece.data(), piece.size(), 0};
            const size_t before = sink.pos;
            const size_t left = ZSTD_decompressStream(context_.get(), &sink, &in);
            source_->consume(in.pos);
            if (ZSTD_isError(left) != 0) {
                return Status::corruption(path() + ": damaged zstd stream near byte " +
                                          std::to_string(source_->position()) + ": " +
                                          ZSTD_getErrorName(left));
            }
            in_frame_ = left != 0;
            // Without input the decoder may still hold output; once it gives none, it is waiting.
            if (piece.empty() && in_frame_ && sink.pos == before) {
                return Status::corruption(path() + ": zstd stream is cut off after " +
                                          std::to_string(source_->position()) + " bytes");
            }
        }
        return sink.pos;
    }
    [[nodiscard]] uint64_t file_position() const override { return source_->position(); }
    [[nodiscard]] uint64_t file_size() const override { return source_->size(); }

private:
    std::unique_ptr<ByteSource> source_;
    std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
    bool in_frame_ = false;
};

}  // namespace

bool starts_as_zstd(std::span<const std::byte> head) {
    uint32_t magic = 0;
    if (head.size() < sizeof(magic)) return false;
    std::memcpy(&magic, head.data(), sizeof(magic));
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

std::unique_ptr<ByteReader> make_zstd_reader(std::string path, std::unique_ptr<ByteSource> source) {
    return std::make_unique<ZstdReader>(std::move(path), std::move(source));
}

}  // namespace temblor
