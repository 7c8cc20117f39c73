#include "index/segment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <xxhash.h>

#include "data/io/mapped_file.h"
#include "index/segment_format.h"
#include "index/segment_writer.h"

namespace temblor {
namespace {

template <typename T>
Result<std::span<const T>> array_of(std::span<const std::byte> bytes, std::string_view section) {
    if (bytes.size() % sizeof(T) != 0) {
        return Status::corruption("section " + std::string(section) + ": " +
                                  std::to_string(bytes.size()) + " bytes, expected a multiple of " +
                                  std::to_string(sizeof(T)));
    }
    return std::span<const T>(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
}

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
            return Status::corruption("section table: section " +
                                      std::string(section_name(e.kind)) + " lies outside the file");
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

}  // namespace

Result<std::shared_ptr<const Segment>> Segment::open(const std::string& path, Residency residency) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
    const auto bytes = file->bytes();
    if (residency == Residency::kMapped) return open_bytes(file, bytes, path);
    std::shared_ptr<std::byte> memory = allocate_huge_pages(bytes.size());
    if (memory == nullptr) {
        return Status::resource_exhausted(path + ": no memory for " + std::to_string(bytes.size()) +
                                          " bytes");
    }
    std::memcpy(memory.get(), bytes.data(), bytes.size());
    const std::span<const std::byte> copy(memory.get(), bytes.size());
    return open_bytes(memory, copy, path);
}

Result<std::shared_ptr<const Segment>> Segment::open_bytes(std::shared_ptr<const void> owner,
                                                           std::span<const std::byte> bytes,
                                                           const std::string& name) {
    if (reinterpret_cast<uintptr_t>(bytes.data()) % kSectionAlignment != 0) {
        return Status::invalid_argument(name + ": the bytes of a segment must be aligned to 64");
    }
    auto segment = std::make_shared<Segment>();
    segment->path_ = name;
    segment->owner_ = std::move(owner);
    segment->bytes_ = bytes;
    TEMBLOR_RETURN_IF_ERROR(segment->parse().with_context(name));
    return std::shared_ptr<const Segment>(std::move(segment));
}

std::span<const std::byte> Segment::section(std::string_view name) const {
    for (const Section& s : sections_) {
        if (s.name == name) return bytes_.subspan(s.offset, s.bytes);
    }
    return {};
}

Status Segment::parse_meta() {
    SegmentMeta meta;
    const auto stored = section("meta");
    if (stored.size() != sizeof(meta)) {
        return Status::corruption("section meta: " + std::to_string(stored.size()) +
                                  " bytes, expected " + std::to_string(sizeof(meta)));
    }
    std::memcpy(&meta, stored.data(), sizeof(meta));
    const auto wrong = [](const char* field) {
        return Status::corruption(std::string("section meta: field ") + field + " is out of range");
    };
    if (meta.rows >= UINT32_MAX) return wrong("rows");
    if (meta.forward < 1 || meta.forward > 3) return wrong("forward");
    if (meta.pruning < 1 || meta.pruning > 2) return wrong("pruning");
    if (meta.id_kind > static_cast<uint32_t>(IdKind::kString)) return wrong("id_kind");
    if (meta.wide > 1 || (meta.wide == 1) != (meta.components > ComponentMap::kIdentityLimit)) {
        return wrong("wide");
    }
    if (meta.components > meta.dim && meta.components > 1) return wrong("components");
    if (!std::isfinite(meta.scale) || meta.scale < 0) return wrong("scale");
    if (meta.max_record_nnz > meta.components) return wrong("max_record_nnz");
    rows_ = meta.rows;
    dim_ = meta.dim;
    nnz_ = meta.nnz;
    max_blocks_ = meta.max_blocks;
    max_document_nnz_ = static_cast<uint32_t>(meta.max_record_nnz);
    id_kind_ = static_cast<IdKind>(meta.id_kind);
    parameters_.pruning = static_cast<PruningKind>(meta.pruning);
    parameters_.n_postings = meta.n_postings;
    parameters_.max_fraction = meta.max_fraction;
    parameters_.centroid_fraction = meta.centroid_fraction;
    parameters_.summary_energy = meta.summary_energy;
    parameters_.min_cluster_size = meta.min_cluster_size;
    parameters_.doc_cut = meta.doc_cut;
    parameters_.forward = static_cast<ForwardKind>(meta.forward);
    parameters_.seed = meta.seed;
    shape_ = {parameters_.forward, meta.wide == 1, rows_, meta.components, meta.scale};
    return Status::ok();
}

Status Segment::parse() {
    TEMBLOR_ASSIGN_OR_RETURN(const SegmentHeader header, read_header(bytes_));
    TEMBLOR_ASSIGN_OR_RETURN(const auto table, read_table(bytes_, header));
    for (const SectionEntry& e : table)
        sections_.push_back({section_name(e.kind), e.offset, e.bytes});
    for (const SectionEntry& e : table) {
        // The others are judged by it, so its damage would be told of them.
        if (e.kind == SectionKind::kMeta &&
            section_hash(e.kind, bytes_.subspan(e.offset, e.bytes)) != e.hash) {
            return Status::corruption("section meta: checksum does not match");
        }
    }
    TEMBLOR_RETURN_IF_ERROR(parse_meta());

    TEMBLOR_ASSIGN_OR_RETURN(const auto stored,
                             array_of<uint32_t>(section("components"), "components"));
    TEMBLOR_ASSIGN_OR_RETURN(components_,
                             ComponentMap::open(stored.empty() ? shape_.components : dim_, stored));
    if (components_.size() != shape_.components) {
        return Status::corruption("section components: " + std::to_string(components_.size()) +
                                  " components, meta says " + std::to_string(shape_.components));
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto places, array_of<Place>(section("places"), "places"));
    TEMBLOR_ASSIGN_OR_RETURN(
        forward_, ForwardStore::open(shape_, places, section("records"), section("record_low")));
    TEMBLOR_ASSIGN_OR_RETURN(
        lists_, BlockedLists::open(shape_.components, section("lists"), section("postings"),
                                   section("blocks"), section("summaries")));
    TEMBLOR_ASSIGN_OR_RETURN(ids_,
                             DocumentIds::from_bytes(owner_, id_kind_, rows_, section("ids")));
    if (const auto bytes = section("vocabulary"); !bytes.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(vocabulary_, Vocabulary::from_bytes(owner_, bytes));
    }
    if (const auto bytes = section("payloads"); !bytes.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(payloads_, Payloads::from_bytes(owner_, bytes));
        if (payloads_.count() != rows_)
            return Status::corruption("section payloads: count is not the documents'");
    }
    if (const auto bytes = section("encoder"); !bytes.empty()) {
        encoder_.config_json.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        TEMBLOR_ASSIGN_OR_RETURN(const auto weights,
                                 array_of<float>(section("encoder_weights"), "encoder_weights"));
        encoder_.query_weights.assign(weights.begin(), weights.end());
    }
    TEMBLOR_ASSIGN_OR_RETURN(calibration_, parse_calibration(section("calibration")));
    return Status::ok();
}

Result<SparseVector> Segment::vector(uint64_t row) const {
    SparseVector v;
    TEMBLOR_RETURN_IF_ERROR(forward_.read_row(row, v).with_context(path_));
    for (uint32_t& c : v.components) c = components_.original(c);
    return v;
}

Status Segment::verify(Progress& progress) const {
    const auto checked = [&]() -> Status {
        TEMBLOR_ASSIGN_OR_RETURN(const SegmentHeader header, read_header(bytes_));
        TEMBLOR_ASSIGN_OR_RETURN(const auto table, read_table(bytes_, header));
        uint64_t end = sizeof(header) + table.size() * sizeof(SectionEntry);
        std::string before = "section table";
        for (const SectionEntry& e : table) {
            const std::string name = "section " + std::string(section_name(e.kind));
            TEMBLOR_RETURN_IF_ERROR(check_zero(bytes_.subspan(end, e.offset - end), before));
            if (section_hash(e.kind, bytes_.subspan(e.offset, e.bytes)) != e.hash) {
                return Status::corruption(name + ": checksum does not match");
            }
            if (progress.cancelled()) return Status::cancelled("verify was interrupted");
            end = e.offset + e.bytes;
            progress.report("verifying", end, bytes_.size());
            before = name;
        }
        TEMBLOR_RETURN_IF_ERROR(check_zero(bytes_.subspan(end), before));
        TEMBLOR_RETURN_IF_ERROR(components_.validate());
        TEMBLOR_RETURN_IF_ERROR(ids_.validate().with_context("section ids"));
        TEMBLOR_RETURN_IF_ERROR(vocabulary_.validate().with_context("section vocabulary"));
        TEMBLOR_RETURN_IF_ERROR(payloads_.validate().with_context("section payloads"));
        TEMBLOR_RETURN_IF_ERROR(forward_.validate());
        return lists_.validate(forward_.place_limit());
    };
    return checked().with_context(path_);
}

Status store_calibration(const std::string& path, std::span<const CalibrationFrontier> frontiers) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
    const auto bytes = file->bytes();
    const auto copied = [&]() -> Status {
        TEMBLOR_ASSIGN_OR_RETURN(const SegmentHeader header, read_header(bytes));
        TEMBLOR_ASSIGN_OR_RETURN(const auto table, read_table(bytes, header));
        TEMBLOR_ASSIGN_OR_RETURN(auto writer, SegmentWriter::create(path));
        for (const SectionEntry& e : table) {
            if (e.kind == SectionKind::kCalibration) continue;
            const auto section = bytes.subspan(e.offset, e.bytes);
            if (section_hash(e.kind, section) != e.hash) {
                return Status::corruption("section " + std::string(section_name(e.kind)) +
                                          ": checksum does not match");
            }
            TEMBLOR_RETURN_IF_ERROR(writer->add(e.kind, section));
        }
        TEMBLOR_RETURN_IF_ERROR(
            writer->add(SectionKind::kCalibration, serialize_calibration(frontiers)));
        return writer->finish();
    };
    return copied().with_context(path);
}

}  // namespace temblor
