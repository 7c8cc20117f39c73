#include "data/io/mapped_file.h"

#include <cerrno>
#include <cstdint>
#include <limits>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace temblor {

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return Status::not_found(path + ": no such file");
    }
    if (descriptor < 0) return Status::io_error(path + ": cannot open", errno);
    struct stat info {};
    void* address = nullptr;
    size_t size = 0;
    Status status;
    if (::fstat(descriptor, &info) != 0) {
        status = Status::io_error(path + ": cannot stat", errno);
    } else if (!S_ISREG(info.st_mode)) {
        status = Status::invalid_argument(path + ": not a regular file, so it cannot be mapped");
    } else if (info.st_size > 0) {
        size = static_cast<size_t>(info.st_size);
        address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
        if (address == MAP_FAILED) status = Status::io_error(path + ": cannot map", errno);
    }
    ::close(descriptor);
    if (!status.is_ok()) return status;
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(address), size);
    return std::shared_ptr<const MappedFile>(new MappedFile(bytes));
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

std::shared_ptr<std::byte> allocate_huge_pages(size_t bytes) {
    constexpr size_t kPage = 4096;
    constexpr size_t kHugePage = size_t{2} << 20;
    if (bytes > std::numeric_limits<size_t>::max() / 2) return nullptr;
    const size_t size = bytes == 0 ? kPage : (bytes + kPage - 1) / kPage * kPage;
    const size_t slack = size < kHugePage ? 0 : kHugePage;
    void* address =
        ::mmap(nullptr, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) return nullptr;
    auto* begin = static_cast<std::byte*>(address);
    if (slack != 0) {
        // Keep the part that starts on a huge page's boundary.
        const size_t over = reinterpret_cast<uintptr_t>(begin) % kHugePage;
        const size_t front = over == 0 ? 0 : kHugePage - over;
        if (front != 0) ::munmap(begin, front);
        if (slack != front) ::munmap(begin + front + size, slack - front);
        begin += front;
        // Advice only: without huge pages the memory is as good, only slower.
        (void)::madvise(begin, size, MADV_HUGEPAGE);
    }
    return {begin, [size](std::byte* memory) { ::munmap(memory, size); }};
}

}  // namespace temblor
