#include "index/section_file.h"

#include <cstring>

#include <xxhash.h>

#include "data/io/mapped_file.h"

namespace temblor {
namespace {

std::string title(SectionKind kind) { return "section " + std::string(section_name(kind)); }

Result<SegmentHeader> read_header(std::span<const std::byte> bytes) {
    SegmentHeader header;
    if (bytes.size() < sizeof(header)) {
        return Status::corruption("header: the file has " + std::to_string(bytes.size()) +
                                  " bytes, a segment at least " + std::to_string(sizeof(header)));
    }
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.magic != kSegmentMagic) {
        return Status::corruption("header: not a Temblor segment (magic number)");
    }
    if (XXH3_64bits(&header, sizeof(header) - sizeof(header.header_hash)) != header.header_hash) {
        return Status::corruption("header: checksum does not match");
    }
    if (header.version != kSegmentVersion) {
        return Status::unimplemented("header: format version " + std::to_string(header.version) +
                                     ", this program reads version " +
                                     std::to_string(kSegmentVersion));
    }
    if (header.file_bytes != bytes.size()) {
        return Status::corruption("header: the file has " + std::to_string(bytes.size()) +
                                  " bytes, the header says " + std::to_string(header.file_bytes));
    }
    if (header.sections > kMaxSections ||
        bytes.size() < sizeof(header) + kMaxSections * sizeof(SectionEntry)) {
        return Status::corruption("section table: does not fit");
    }
    return header;
}

Result<std::vector<SectionEntry>> read_table(std::span<const std::byte> bytes,
                                             const SegmentHeader& header) {
    std::vector<SectionEntry> table(header.sections);
    const auto stored = bytes.subspan(sizeof(header), table.size() * sizeof(SectionEntry));
    if (XXH3_64bits(stored.data(), stored.size()) != header.table_hash) {
        return Status::corruption("section table: checksum does not match");
    }
    if (!table.empty()) std::memcpy(table.data(), stored.data(), stored.size());
    uint64_t end = sizeof(header) + kMaxSections * sizeof(SectionEntry);
    for (const SectionEntry& e : table) {
        if (e.offset % kSectionAlignment != 0 || e.offset < end || e.offset > bytes.size() ||
            e.bytes > bytes.size() - e.offset) {
            return Status::corruption("section table: " + title(e.kind) + " lies outside the file");
        }
        end = e.offset + e.bytes;
    }
    return table;
}

Status check_zero(std::span<const std::byte> bytes, const std::string& where) {
    for (const std::byte b : bytes) {
        if (b != std::byte{0}) return Status::corruption(where + ": padding is not zero");
    }
    return Status::ok();
}

Status check_entry(std::span<const std::byte> bytes, const SectionEntry& e) {
    if (section_hash(e.kind, bytes.subspan(e.offset, e.bytes)) == e.hash) return Status::ok();
    return Status::corruption(title(e.kind) + ": checksum does not match");
}

}  // namespace

Result<SectionFile> SectionFile::open(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
    const auto bytes = file->bytes();
    auto opened = open_bytes(std::move(file), bytes);
    if (!opened.is_ok()) return std::move(opened).status().with_context(path);
    return opened;
}

Result<SectionFile> SectionFile::open_bytes(std::shared_ptr<const void> owner,
                                            std::span<const std::byte> bytes) {
    SectionFile file;
    TEMBLOR_ASSIGN_OR_RETURN(const SegmentHeader header, read_header(bytes));
    TEMBLOR_ASSIGN_OR_RETURN(file.table_, read_table(bytes, header));
    file.owner_ = std::move(owner);
    file.bytes_ = bytes;
    return file;
}

std::span<const std::byte> SectionFile::section(SectionKind kind) const {
    for (const SectionEntry& e : table_) {
        if (e.kind == kind) return bytes_.subspan(e.offset, e.bytes);
    }
    return {};
}

Status SectionFile::wrong_size(SectionKind kind, uint64_t bytes, uint64_t unit) {
    return Status::corruption(title(kind) + ": " + std::to_string(bytes) +
                              " bytes, expected a multiple of " + std::to_string(unit));
}

Status SectionFile::check(SectionKind kind) const {
    for (const SectionEntry& e : table_) {
        if (e.kind == kind) TEMBLOR_RETURN_IF_ERROR(check_entry(bytes_, e));
    }
    return Status::ok();
}

Status SectionFile::verify(Progress& progress) const {
    uint64_t end = sizeof(SegmentHeader) + table_.size() * sizeof(SectionEntry);
    std::string before = "section table";
    for (const SectionEntry& e : table_) {
        TEMBLOR_RETURN_IF_ERROR(check_zero(bytes_.subspan(end, e.offset - end), before));
        TEMBLOR_RETURN_IF_ERROR(check_entry(bytes_, e));
        if (progress.cancelled()) return Status::cancelled("verify was interrupted");
        end = e.offset + e.bytes;
        progress.report("verifying", end, bytes_.size());
        before = title(e.kind);
    }
    return check_zero(bytes_.subspan(end), before);
}

}  // namespace temblor
