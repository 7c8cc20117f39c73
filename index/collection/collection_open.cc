#include <algorithm>
#include <charconv>
#include <cstring>
#include <thread>

#include "index/collection/collection_impl.h"
#include "index/collection/point_codec.h"

namespace temblor {
namespace {

/// The number that a segment's folder is named by.
std::optional<uint64_t> folder_number(std::string_view name) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return number;
}

/// Past the run of ordinals without a gap that begins at `row`.
uint64_t end_of_run(const CollectionSegment& segment, uint32_t row) {
    const auto ordinals = segment.ordinals();
    size_t low = row;  // in the run
    size_t step = 1;
    const auto in_run = [&](size_t r) {
        return r < ordinals.size() && ordinals[r] - ordinals[row] == r - row;
    };
    while (in_run(low + step)) {
        low += step;
        step *= 2;
    }
    for (; step > 0; step /= 2) {
        if (in_run(low + step)) low += step;
    }
    return ordinals[low] + 1;
}

}  // namespace

std::string Collection::Impl::segment_folder(uint64_t number) const {
    return folder + "/segments/" + std::to_string(number);
}

Status Collection::Impl::create(const Schema& schema) {
    TEMBLOR_RETURN_IF_ERROR(schema.validate());
    const auto held = options.files->list(folder);
    if (held.is_ok() && !held->empty())
        return Status::already_exists(folder + ": exists and is not empty");
    TEMBLOR_RETURN_IF_ERROR(options.files->create_folders(folder));
    TEMBLOR_ASSIGN_OR_RETURN(database, Database::open(folder + "/db", options.database));
    DatabaseBatch batch;
    batch.put(Table::kMeta, "schema", schema.to_json());
    batch.put(Table::kMeta, "manifest", manifest.to_json());
    batch.put(Table::kMeta, "state", state_value());
    TEMBLOR_RETURN_IF_ERROR(database->write(batch));
    database.reset();
    return Status::ok();
}

Status Collection::Impl::open() {
    FileSystem& files = *options.files;
    TEMBLOR_ASSIGN_OR_RETURN(const bool is_there, files.exists(folder + "/db/CURRENT"));
    if (!is_there) return Status::not_found(folder + ": no collection here");
    TEMBLOR_ASSIGN_OR_RETURN(database, Database::open(folder + "/db", options.database));
    const std::lock_guard lock(commit_mutex);
    TEMBLOR_RETURN_IF_ERROR(load());

    // What a crash left behind.
    const auto belongs = [&](const std::string& name) {
        const auto number = folder_number(name);
        return number && std::any_of(manifest.segments.begin(), manifest.segments.end(),
                                     [&](const SegmentEntry& s) { return s.number == *number; });
    };
    if (const auto held = files.list(folder + "/segments"); held.is_ok()) {
        for (const FileInfo& f : *held) {
            if (!belongs(f.name))
                TEMBLOR_RETURN_IF_ERROR(files.remove_tree(folder + "/segments/" + f.name));
        }
    }
    for (const char* leftover : {"/bulk", "/snapshot.tmp"})
        TEMBLOR_RETURN_IF_ERROR(files.remove_tree(folder + leftover));
    return Status::ok();
}

Status Collection::Impl::reopen() {
    constexpr std::chrono::seconds kDeadline{1};
    cancel = true;  // builds hold versions
    std::shared_ptr<const Version> held;
    {
        const std::lock_guard lock(version_mutex);
        held.swap(current);
    }
    // Nobody can pin a version now; the database is this object's and the held version's when all
    // others are gone.
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (database.use_count() > 2 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    cancel = false;
    if (database != nullptr && database.use_count() > 2) {
        {
            const std::lock_guard lock(version_mutex);
            current.swap(held);
        }
        version_changed.notify_all();
        return Status(StatusCode::kIoError,
                      "the database cannot be opened again while a reader holds on to it");
    }
    held.reset();
    active.reset();
    database.reset();
    const std::string path = folder + "/db";
    auto opened = Database::open(path, options.database);
    Status status = opened.is_ok() ? Status::ok() : opened.status();
    if (!opened.is_ok()) opened = Database::open_read_only(path, options.database);
    if (opened.is_ok()) {
        database = *std::move(opened);
        if (Status loaded = load(); !loaded.is_ok()) {
            status = std::move(loaded);
            database.reset();
        }
    }
    if (database == nullptr) {
        Version nothing;
        nothing.schema = std::make_shared<const Schema>();
        active = std::make_shared<Memtable>(nothing.schema);
        nothing.memtables.push_back({active, 0, {}});
        nothing.error = status;
        publish(std::move(nothing));
    }
    if (!status.is_ok()) return status;
    write_error.clear();
    {
        const std::lock_guard lock(work_mutex);
        write_error_text.clear();
    }
    wake();
    return Status::ok();
}

Status Collection::Impl::load() {
    FileSystem& files = *options.files;
    const auto view = database->view();
    const auto meta = [&](const char* key) -> Result<std::string> {
        TEMBLOR_ASSIGN_OR_RETURN(auto value, view->get(Table::kMeta, key));
        if (!value)
            return Status::corruption(folder + ": database: no entry \"" + std::string(key) + "\"");
        return *std::move(value);
    };
    TEMBLOR_ASSIGN_OR_RETURN(const std::string schema_text, meta("schema"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string manifest_text, meta("manifest"));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string state, meta("state"));
    auto schema = Schema::from_json(schema_text);
    if (!schema.is_ok())
        return Status::corruption(folder + ": database: schema: " + schema.status().message());
    TEMBLOR_ASSIGN_OR_RETURN(manifest, Manifest::from_json(manifest_text));
    if (state.size() != 16) return Status::corruption(folder + ": database: entry \"state\"");
    std::memcpy(&next_ordinal, state.data(), 8);
    std::memcpy(&points, state.data() + 8, 8);
    // Numbers of segments that are being built are not used again.
    next_segment = std::max(next_segment.load(), manifest.next_segment);

    Version version;
    version.schema = std::make_shared<const Schema>(*std::move(schema));

    missing.clear();
    for (const SegmentEntry& entry : manifest.segments) {
        auto opened = CollectionSegment::open(segment_folder(entry.number), entry.number,
                                              *version.schema, files);
        if (opened.is_ok() && (*opened)->rows() != entry.rows) {
            opened = Status::corruption(segment_folder(entry.number) + ": " +
                                        std::to_string((*opened)->rows()) +
                                        " rows, the manifest says " + std::to_string(entry.rows));
        }
        if (!opened.is_ok()) {
            note_damage(opened.status().message());
            missing.push_back(entry.number);
            TEMBLOR_RETURN_IF_ERROR(move_aside(entry.number));
            continue;
        }
        std::string bad_index;
        PayloadIndexes indexes = (*opened)->open_payload_indexes(*version.schema, bad_index);
        if (!bad_index.empty()) note_damage(bad_index);
        version.segments.push_back(
            {*opened, {}, std::make_shared<const PayloadIndexes>(std::move(indexes))});
    }

    std::vector<std::vector<uint32_t>> dead(version.segments.size());
    TEMBLOR_RETURN_IF_ERROR(view->scan(
        Table::kDead, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
            TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(key));
            for (size_t s = 0; s < dead.size(); ++s) {
                if (const auto row = version.segments[s].segment->row_of(ordinal))
                    dead[s].push_back(*row);
            }
            return true;
        }));
    for (size_t s = 0; s < dead.size(); ++s) {
        RowBitmap rows;
        rows.addMany(dead[s].size(), dead[s].data());
        version.segments[s].dead = DeadRows(std::move(rows));
    }

    // Points above the sealed ones; runs of them may be in segments too (bulk loads).
    active = std::make_shared<Memtable>(version.schema);
    uint64_t from = manifest.sealed_through + 1;
    for (bool more = true; more;) {
        more = false;
        TEMBLOR_RETURN_IF_ERROR(view->scan(
            Table::kPoints, encode_ordinal(from), {},
            [&](std::string_view key, std::string_view value) -> Result<bool> {
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(key));
                for (const SegmentView& s : version.segments) {
                    if (const auto row = s.segment->row_of(ordinal)) {
                        from = end_of_run(*s.segment, *row);
                        more = true;
                        return false;
                    }
                }
                TEMBLOR_ASSIGN_OR_RETURN(StoredPoint stored, decode_point(value));
                TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, view->get(Table::kVectors, key));
                if (!vectors) return Status::corruption("database: a point without vectors");
                Point point{std::move(stored.id), std::move(stored.payload), {}};
                TEMBLOR_ASSIGN_OR_RETURN(point.vectors, decode_vectors(*vectors));
                active->append(ordinal, point);
                next_ordinal = std::max(next_ordinal, ordinal + 1);
                return true;
            }));
    }
    version.memtables.push_back({active, active->rows(), {}});
    if (is_full(*active)) rotate(version);
    publish(std::move(version));
    return Status::ok();
}

}  // namespace temblor
