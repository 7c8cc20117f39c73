#include "data/io/compressed_writer.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <zlib.h>
#include <zstd.h>

namespace temblor {
namespace {

constexpr size_t kPackedBuffer = size_t{256} << 10;
constexpr int kGzip = 16 + MAX_WBITS;
constexpr int kGzipLevel = 6;
constexpr int kGzipMemory = 8;
constexpr int kZstdLevel = 3;

class PlainWriter final : public CompressedWriter {
public:
    explicit PlainWriter(std::unique_ptr<AtomicFile> file) : file_(std::move(file)) {}
    Status write(std::span<const std::byte> bytes) override { return file_->write(bytes); }
    Status commit() override { return file_->commit(); }

private:
    std::unique_ptr<AtomicFile> file_;
};

class GzipWriter final : public CompressedWriter {
public:
    explicit GzipWriter(std::unique_ptr<AtomicFile> file)
        : file_(std::move(file)), buffer_(kPackedBuffer) {
        ready_ = deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzip, kGzipMemory,
                              Z_DEFAULT_STRATEGY) == Z_OK;
    }
    ~GzipWriter() override {
        if (ready_) deflateEnd(&stream_);
    }
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;

    Status write(std::span<const std::byte> bytes) override {
        constexpr size_t kMost = size_t{1} << 30;
        while (!bytes.empty()) {
            const size_t take = std::min(bytes.size(), kMost);
            TEMBLOR_RETURN_IF_ERROR(push(bytes.first(take), Z_NO_FLUSH));
            bytes = bytes.subspan(take);
        }
        return Status::ok();
    }
    Status commit() override {
        TEMBLOR_RETURN_IF_ERROR(push({}, Z_FINISH));
        return file_->commit();
    }

private:
    Status push(std::span<const std::byte> bytes, int flush) {
        if (!ready_) return Status::resource_exhausted("no memory for gzip");
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
            stream_.avail_out = static_cast<uInt>(buffer_.size());
            if (deflate(&stream_, flush) == Z_STREAM_ERROR) return Status::internal("gzip failed");
            TEMBLOR_RETURN_IF_ERROR(
                file_->write(std::span(buffer_).first(buffer_.size() - stream_.avail_out)));
        } while (stream_.avail_out == 0);
        return Status::ok();
    }

    std::unique_ptr<AtomicFile> file_;
    std::vector<std::byte> buffer_;
    z_stream stream_{};
    bool ready_ = false;
};

class ZstdWriter final : public CompressedWriter {
public:
    explicit ZstdWriter(std::unique_ptr<AtomicFile> file)
        : file_(std::move(file)),
          context_(ZSTD_createCCtx(), ZSTD_freeCCtx),
          buffer_(kPackedBuffer) {
        if (context_ == nullptr) return;
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }
    Status write(std::span<const std::byte> bytes) override { return push(bytes, ZSTD_e_continue); }
    Status commit() override {
        TEMBLOR_RETURN_IF_ERROR(push({}, ZSTD_e_end));
        return file_->commit();
    }

private:
    Status push(std::span<const std::byte> bytes, ZSTD_EndDirective mode) {
        if (context_ == nullptr) return Status::resource_exhausted("no memory for zstd");
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        while (true) {
            ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
            const size_t left = ZSTD_compressStream2(context_.get(), &out, &in, mode);
            if (ZSTD_isError(left) != 0) {
                return Status::internal(std::string("zstd: ") + ZSTD_getErrorName(left));
            }
            TEMBLOR_RETURN_IF_ERROR(file_->write(std::span(buffer_).first(out.pos)));
            if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) return Status::ok();
        }
    }

    std::unique_ptr<AtomicFile> file_;
    std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context_;
    std::vector<std::byte> buffer_;
};

}  // namespace

Result<std::unique_ptr<CompressedWriter>> CompressedWriter::create(const std::string& path,
                                                                   std::string_view compression) {
    const bool none = compression == "none" || compression.empty();
    if (!none && compression != "gzip" && compression != "zstd") {
        return Status::invalid_argument("compression \"" + std::string(compression) +
                                        "\" (expected none, gzip or zstd)");
    }
    TEMBLOR_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::create(path));
    std::unique_ptr<CompressedWriter> writer;
    if (none) {
        writer = std::make_unique<PlainWriter>(std::move(file));
    } else if (compression == "gzip") {
        writer = std::make_unique<GzipWriter>(std::move(file));
    } else {
        writer = std::make_unique<ZstdWriter>(std::move(file));
    }
    return writer;
}

}  // namespace temblor
