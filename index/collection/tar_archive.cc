#include "index/collection/tar_archive.h"

#include <cerrno>
#include <ctime>

#include <archive.h>
#include <archive_entry.h>

#include "data/io/atomic_file.h"

namespace temblor {
namespace {

constexpr size_t kReadBlock = size_t{256} << 10;
constexpr unsigned kMode = 0644;

std::string text_of(archive* a) {
    const char* text = archive_error_string(a);
    return text == nullptr ? "unknown error" : text;
}

}  // namespace

struct TarWriter::Impl {
    std::string path;
    std::unique_ptr<AtomicFile> file;
    Status status;  ///< of the file
    bool given_up = false;
    archive* tar = archive_write_new();

    static la_ssize_t write(archive* /*tar*/, void* self, const void* bytes, size_t size) {
        auto& impl = *static_cast<Impl*>(self);
        // libarchive loses memory when it is told of a failure, so check() tells of it instead.
        if (impl.status.is_ok() && !impl.given_up)
            impl.status = impl.file->write({static_cast<const std::byte*>(bytes), size});
        return static_cast<la_ssize_t>(size);
    }
    ~Impl() {
        given_up = true;  // freeing ends the archive
        if (tar != nullptr) archive_write_free(tar);
    }
    [[nodiscard]] Status check(int answer) const {
        if (!status.is_ok()) return status;
        if (answer == ARCHIVE_OK) return Status::ok();
        return Status::internal(path + ": libarchive: " + text_of(tar));
    }
};

TarWriter::TarWriter() : impl_(std::make_unique<Impl>()) {}
TarWriter::~TarWriter() = default;

Result<std::unique_ptr<TarWriter>> TarWriter::create(const std::string& path, FileSystem& files) {
    std::unique_ptr<TarWriter> writer(new TarWriter());
    Impl& impl = *writer->impl_;
    impl.path = path;
    if (impl.tar == nullptr) return Status::resource_exhausted(path + ": out of memory");
    TEMBLOR_ASSIGN_OR_RETURN(impl.file, AtomicFile::create(path, files));
    TEMBLOR_RETURN_IF_ERROR(impl.check(archive_write_set_format_pax_restricted(impl.tar)));
    TEMBLOR_RETURN_IF_ERROR(impl.check(archive_write_set_bytes_per_block(impl.tar, 0)));
    TEMBLOR_RETURN_IF_ERROR(
        impl.check(archive_write_open(impl.tar, &impl, nullptr, Impl::write, nullptr)));
    return writer;
}

Status TarWriter::begin(const std::string& name, uint64_t bytes) {
    archive_entry* entry = archive_entry_new();
    if (entry == nullptr) return Status::resource_exhausted(impl_->path + ": out of memory");
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, kMode);
    archive_entry_set_mtime(entry, std::time(nullptr), 0);
    Status status = impl_->check(archive_write_header(impl_->tar, entry));
    archive_entry_free(entry);
    return status;
}

Status TarWriter::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const la_ssize_t put = archive_write_data(impl_->tar, bytes.data(), bytes.size());
        if (put < 0 || !impl_->status.is_ok()) return impl_->check(ARCHIVE_FATAL);
        if (put == 0) return Status::internal(impl_->path + ": more bytes than were announced");
        bytes = bytes.subspan(static_cast<size_t>(put));
    }
    return Status::ok();
}

Status TarWriter::commit() {
    TEMBLOR_RETURN_IF_ERROR(impl_->check(archive_write_close(impl_->tar)));
    TEMBLOR_RETURN_IF_ERROR(impl_->status);
    return impl_->file->commit();
}

TarReader::TarReader() : archive_(archive_read_new()) {}

TarReader::~TarReader() {
    if (archive_ != nullptr) archive_read_free(archive_);
}

Status TarReader::failed(const std::string& what) const {
    const std::string message = path_ + ": " + what + ": " + text_of(archive_);
    const int error = archive_errno(archive_);
    if (error == ENOENT || error == ENOTDIR) return Status::not_found(message);
    if (error == ENOMEM) return Status::resource_exhausted(message);
    if (error == EIO || error == EACCES || error == EPERM || error == EISDIR)
        return {StatusCode::kIoError, message};
    return Status::corruption(message);
}

Result<std::unique_ptr<TarReader>> TarReader::open(const std::string& path) {
    std::unique_ptr<TarReader> reader(new TarReader());
    reader->path_ = path;
    archive* a = reader->archive_;
    if (a == nullptr) return Status::resource_exhausted(path + ": out of memory");
    if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
        archive_read_open_filename(a, path.c_str(), kReadBlock) != ARCHIVE_OK) {
        return reader->failed("cannot open the archive");
    }
    return reader;
}

Result<std::optional<TarReader::Member>> TarReader::next() {
    archive_entry* entry = nullptr;
    const int answer = archive_read_next_header(archive_, &entry);
    if (answer == ARCHIVE_EOF) return std::optional<Member>();
    if (answer != ARCHIVE_OK) return failed("damaged archive");
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) return Status::corruption(path_ + ": a member without a name");
    const la_int64_t bytes = archive_entry_size(entry);
    const bool is_link =
        archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr;
    if (archive_entry_filetype(entry) != AE_IFREG || is_link || bytes < 0)
        return Status::corruption(path_ + ": member " + name + ": not a regular file");
    return std::optional(Member{name, static_cast<uint64_t>(bytes)});
}

Result<size_t> TarReader::read(std::span<std::byte> bytes) {
    const la_ssize_t got = archive_read_data(archive_, bytes.data(), bytes.size());
    if (got < 0) return failed("damaged archive");
    return static_cast<size_t>(got);
}

}  // namespace temblor
