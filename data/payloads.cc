#include "data/payloads.h"

#include <algorithm>
#include <cstring>

#include <zstd.h>

namespace temblor {
namespace {

// Layout: u64 count; u64 ends[frames + 1], byte offsets of the frames from the end of this table;
// then the frames, ceil(count / 64) of them. A frame decompresses to u32 lengths[rows] followed by
// the rows' JSON texts.
constexpr uint64_t kRowsAFrame = 64;
constexpr size_t kWord = sizeof(uint64_t);
constexpr int kLevel = 3;
constexpr size_t kChunk = size_t{1} << 20;
constexpr uint64_t kMaxFrame = uint64_t{1} << 33;

uint64_t frame_count(uint64_t rows) {
    return rows / kRowsAFrame + (rows % kRowsAFrame != 0 ? 1 : 0);
}

uint64_t load_u64(std::span<const std::byte> bytes, uint64_t index) {
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + index * kWord, kWord);
    return value;
}

Status damaged(uint64_t frame, std::string_view what) {
    return Status::corruption("payloads: frame " + std::to_string(frame) + ": " +
                              std::string(what));
}

/// Grows as bytes arrive: the size that the frame claims is not trusted.
Status decompress(std::span<const std::byte> frame, uint64_t number, std::string& text) {
    const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                     ZSTD_freeDCtx);
    if (context == nullptr) return Status::resource_exhausted("payloads: no memory");
    ZSTD_inBuffer in{frame.data(), frame.size(), 0};
    text.clear();
    size_t filled = 0;
    while (true) {
        if (filled == text.size()) {
            if (filled > kMaxFrame) return damaged(number, "larger than 8 GiB");
            text.resize(filled == 0 ? std::min(kChunk, frame.size() * 8 + 64) : filled * 2);
        }
        ZSTD_outBuffer out{text.data(), text.size(), filled};
        const size_t left = ZSTD_decompressStream(context.get(), &out, &in);
        if (ZSTD_isError(left) != 0) return damaged(number, ZSTD_getErrorName(left));
        const bool stuck = out.pos == filled && in.pos == in.size;
        filled = out.pos;
        if (left == 0) {
            if (in.pos != in.size) return damaged(number, "bytes after its end");
            break;
        }
        if (stuck && filled < text.size()) return damaged(number, "cut off");
    }
    text.resize(filled);
    return Status::ok();
}

/// The texts of a decompressed frame, or an error when its lengths do not add up.
Status split(std::string_view frame, uint64_t rows, uint64_t number,
             std::vector<std::string_view>& texts) {
    const uint64_t table = rows * sizeof(uint32_t);
    if (frame.size() < table) return damaged(number, "shorter than its table of lengths");
    texts.clear();
    std::string_view rest = frame.substr(table);
    for (uint64_t row = 0; row < rows; ++row) {
        uint32_t length = 0;
        std::memcpy(&length, frame.data() + row * sizeof(length), sizeof(length));
        if (length > rest.size()) return damaged(number, "a length past its end");
        texts.push_back(rest.substr(0, length));
        rest.remove_prefix(length);
    }
    return rest.empty() ? Status::ok() : damaged(number, "bytes that belong to no row");
}

Status read_frame(std::span<const std::byte> bytes, uint64_t count, uint64_t frame,
                  std::string& buffer, std::vector<std::string_view>& texts) {
    const uint64_t data_at = (frame_count(count) + 2) * kWord;
    const uint64_t begin = load_u64(bytes, 1 + frame);
    const uint64_t end = load_u64(bytes, 2 + frame);
    if (begin > end || end > bytes.size() - data_at) return damaged(frame, "offsets out of range");
    TEMBLOR_RETURN_IF_ERROR(decompress(bytes.subspan(data_at + begin, end - begin), frame, buffer));
    return split(buffer, std::min(kRowsAFrame, count - frame * kRowsAFrame), frame, texts);
}

}  // namespace

Result<Payloads> Payloads::from_bytes(std::shared_ptr<const void> owner,
                                      std::span<const std::byte> bytes) {
    if (bytes.empty()) return Payloads();
    const uint64_t words = bytes.size() / kWord;
    const uint64_t count = words == 0 ? 0 : load_u64(bytes, 0);
    const uint64_t frames = frame_count(count);
    if (words < 2 || frames > words - 2) {
        return Status::corruption("payloads: " + std::to_string(bytes.size()) +
                                  " bytes are too few for " + std::to_string(count) + " rows");
    }
    if (load_u64(bytes, 1) != 0 ||
        load_u64(bytes, 1 + frames) != bytes.size() - (frames + 2) * kWord) {
        return Status::corruption("payloads: the frames' offsets do not span the section");
    }
    Payloads payloads;
    payloads.owner_ = std::move(owner);
    payloads.bytes_ = bytes;
    payloads.count_ = count;
    return payloads;
}

Result<std::string> Payloads::json(uint64_t row) const {
    if (row >= count_) {
        return Status::not_found("payload of row " + std::to_string(row) + ": there are " +
                                 std::to_string(count_));
    }
    std::string buffer;
    std::vector<std::string_view> texts;
    TEMBLOR_RETURN_IF_ERROR(read_frame(bytes_, count_, row / kRowsAFrame, buffer, texts));
    return std::string(texts[row % kRowsAFrame]);
}

Status Payloads::validate() const {
    std::string buffer;
    std::vector<std::string_view> texts;
    for (uint64_t frame = 0; frame < frame_count(count_); ++frame) {
        TEMBLOR_RETURN_IF_ERROR(read_frame(bytes_, count_, frame, buffer, texts));
    }
    return Status::ok();
}

struct PayloadsBuilder::Impl {
    std::vector<uint64_t> ends{0};
    std::vector<std::byte> frames;
    std::vector<uint32_t> lengths;
    std::string texts;
    uint64_t count = 0;
    Status status;

    void flush() {
        if (lengths.empty() || !status.is_ok()) return;
        std::string plain(reinterpret_cast<const char*>(lengths.data()),
                          lengths.size() * sizeof(uint32_t));
        plain += texts;
        const size_t before = frames.size();
        frames.resize(before + ZSTD_compressBound(plain.size()));
        const size_t written = ZSTD_compress(frames.data() + before, frames.size() - before,
                                             plain.data(), plain.size(), kLevel);
        if (ZSTD_isError(written) != 0) {
            status = Status::internal(std::string("payloads: zstd: ") + ZSTD_getErrorName(written));
            return;
        }
        frames.resize(before + written);
        ends.push_back(frames.size());
        lengths.clear();
        texts.clear();
    }
};

PayloadsBuilder::PayloadsBuilder() : impl_(std::make_unique<Impl>()) {}
PayloadsBuilder::~PayloadsBuilder() = default;
PayloadsBuilder::PayloadsBuilder(PayloadsBuilder&&) noexcept = default;
PayloadsBuilder& PayloadsBuilder::operator=(PayloadsBuilder&&) noexcept = default;

void PayloadsBuilder::add(std::string_view json) {
    Impl& impl = *impl_;
    if (json.size() > UINT32_MAX) {
        impl.status = Status::resource_exhausted("payload of row " + std::to_string(impl.count) +
                                                 ": over 4 GiB");
    }
    impl.lengths.push_back(static_cast<uint32_t>(json.size()));
    impl.texts += json;
    ++impl.count;
    if (impl.lengths.size() == kRowsAFrame) impl.flush();
}

uint64_t PayloadsBuilder::count() const { return impl_->count; }

Result<Payloads> PayloadsBuilder::finish() {
    Impl impl = std::move(*impl_);
    *impl_ = Impl();
    impl.flush();
    if (!impl.status.is_ok()) return std::move(impl.status);
    if (impl.count == 0) return Payloads();
    auto bytes = std::make_shared<std::vector<std::byte>>();
    bytes->resize(kWord + impl.ends.size() * kWord + impl.frames.size());
    std::memcpy(bytes->data(), &impl.count, kWord);
    std::memcpy(bytes->data() + kWord, impl.ends.data(), impl.ends.size() * kWord);
    std::memcpy(bytes->data() + kWord + impl.ends.size() * kWord, impl.frames.data(),
                impl.frames.size());
    return Payloads::from_bytes(bytes, *bytes);
}

}  // namespace temblor
