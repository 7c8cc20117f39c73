#include "data/io/byte_source.h"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace temblor {
namespace {

constexpr size_t kReadBuffer = size_t{256} << 10;

class FileSource final : public ByteSource {
public:
    FileSource(std::string path, int descriptor, uint64_t size)
        : path_(std::move(path)), descriptor_(descriptor), size_(size), buffer_(kReadBuffer) {}
    ~FileSource() override {
        if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
    }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    Result<std::span<const std::byte>> peek() override {
        if (begin_ == end_) TEMBLOR_RETURN_IF_ERROR(fill());
        return std::span<const std::byte>(buffer_.data() + begin_, end_ - begin_);
    }
    void consume(size_t bytes) override {
        TEMBLOR_CHECK(bytes <= end_ - begin_);
        begin_ += bytes;
        position_ += bytes;
    }
    [[nodiscard]] uint64_t position() const override { return position_; }
    [[nodiscard]] uint64_t size() const override { return size_; }

private:
    /// Fills the whole buffer or reaches the end, so that a pipe's first piece is not too short to
    /// tell what it holds.
    Status fill() {
        begin_ = 0;
        end_ = 0;
        while (end_ < buffer_.size()) {
            const ssize_t got = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return Status::io_error(path_ + ": cannot read", errno);
            if (got == 0) break;
            end_ += static_cast<size_t>(got);
        }
        return Status::ok();
    }

    std::string path_;
    int descriptor_;
    uint64_t size_;
    std::vector<std::byte> buffer_;
    size_t begin_ = 0;
    size_t end_ = 0;
    uint64_t position_ = 0;
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

    Result<std::span<const std::byte>> peek() override { return bytes_.subspan(position_); }
    void consume(size_t bytes) override {
        TEMBLOR_CHECK(bytes <= bytes_.size() - position_);
        position_ += bytes;
    }
    [[nodiscard]] uint64_t position() const override { return position_; }
    [[nodiscard]] uint64_t size() const override { return bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
    size_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path) {
    if (path == "-") {
        return std::unique_ptr<ByteSource>(
            std::make_unique<FileSource>("standard input", STDIN_FILENO, 0));
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return Status::not_found(path + ": no such file");
    }
    if (descriptor < 0) return Status::io_error(path + ": cannot open", errno);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) {
        const int error = errno;
        ::close(descriptor);
        return Status::io_error(path + ": cannot stat", error);
    }
    if (S_ISDIR(info.st_mode)) {
        ::close(descriptor);
        return Status::invalid_argument(path + ": is a folder, not a file");
    }
    const uint64_t size = S_ISREG(info.st_mode) ? static_cast<uint64_t>(info.st_size) : 0;
    return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(path, descriptor, size));
}

std::unique_ptr<ByteSource> open_memory_source(std::span<const std::byte> bytes) {
    return std::make_unique<MemorySource>(bytes);
}

}  // namespace temblor
