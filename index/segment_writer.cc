#include "index/segment_writer.h"

#include <array>

#include <xxhash.h>

namespace temblor {

struct SegmentWriter::HashState {
    XXH3_state_t* state = XXH3_createState();
    HashState() { TEMBLOR_CHECK(state != nullptr); }
    ~HashState() { XXH3_freeState(state); }
    HashState(const HashState&) = delete;
    HashState& operator=(const HashState&) = delete;
};

SegmentWriter::SegmentWriter(std::unique_ptr<AtomicFile> file)
    : file_(std::move(file)), hash_(std::make_unique<HashState>()) {}

SegmentWriter::~SegmentWriter() = default;

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(const std::string& path,
                                                             FileSystem& file_system) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, AtomicFile::create(path, file_system));
    std::unique_ptr<SegmentWriter> writer(new SegmentWriter(std::move(file)));
    // Header and table have a fixed room, filled in by finish().
    constexpr size_t kRoom = sizeof(SegmentHeader) + kMaxSections * sizeof(SectionEntry);
    const std::array<std::byte, kRoom> room{};
    TEMBLOR_RETURN_IF_ERROR(writer->file_->write(room));
    return writer;
}

Status SegmentWriter::align() {
    static constexpr std::array<std::byte, kSectionAlignment> kZeros{};
    const uint64_t over = file_->position() % kSectionAlignment;
    if (over == 0) return Status::ok();
    return file_->write(std::span(kZeros).first(kSectionAlignment - over));
}

void SegmentWriter::end_section() {
    if (!open_) return;
    table_.back().bytes = file_->position() - table_.back().offset;
    table_.back().hash = XXH3_64bits_digest(hash_->state);
    open_ = false;
}

Status SegmentWriter::begin(SectionKind kind) {
    end_section();
    TEMBLOR_CHECK(table_.size() < kMaxSections);
    TEMBLOR_RETURN_IF_ERROR(align());
    table_.push_back({kind, 0, file_->position(), 0, 0});
    XXH3_64bits_reset_withSeed(hash_->state, static_cast<uint64_t>(kind));
    open_ = true;
    return Status::ok();
}

Status SegmentWriter::append(std::span<const std::byte> bytes) {
    if (bytes.empty()) return Status::ok();
    XXH3_64bits_update(hash_->state, bytes.data(), bytes.size());
    return file_->write(bytes);
}

Status SegmentWriter::add(SectionKind kind, std::span<const std::byte> bytes) {
    TEMBLOR_RETURN_IF_ERROR(begin(kind));
    return append(bytes);
}

Status SegmentWriter::finish() {
    end_section();
    TEMBLOR_RETURN_IF_ERROR(align());
    SegmentHeader header;
    header.sections = static_cast<uint32_t>(table_.size());
    header.file_bytes = file_->position();
    const auto table = std::as_bytes(std::span(table_));
    header.table_hash = XXH3_64bits(table.data(), table.size());
    header.header_hash = XXH3_64bits(&header, sizeof(header) - sizeof(header.header_hash));
    TEMBLOR_RETURN_IF_ERROR(file_->write_at(sizeof(header), table));
    TEMBLOR_RETURN_IF_ERROR(file_->write_at(0, std::as_bytes(std::span(&header, 1))));
    return file_->commit();
}

}  // namespace temblor
