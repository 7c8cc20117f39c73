#include "index/collection/bulk_load.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "data/dense_vector.h"
#include "index/collection/collection_impl.h"
#include "index/collection/kills.h"
#include "index/collection/point_codec.h"
#include "index/collection/sync_point.h"

namespace temblor {
namespace {

constexpr size_t kLookups = 4096;

uint64_t size_of(const Point& point) {
    uint64_t bytes = point.payload.size();
    for (const NamedVector& v : point.vectors) {
        if (const auto* sparse = std::get_if<SparseVector>(&v.value)) {
            bytes += sparse->nnz() * 8;
        } else {
            bytes += std::get<DenseVector>(v.value).size() * 4;
        }
    }
    return bytes;
}

/// A chunk on its way into a segment: point i has ordinal first + i.
class ChunkSource : public PointSource {
public:
    ChunkSource(const std::vector<Point>& points, uint64_t first)
        : points_(points), first_(first) {}
    Status visit(const std::function<Status(const SourcePoint&)>& each) const override {
        for (uint64_t i = 0; i < points_.size(); ++i) {
            TEMBLOR_RETURN_IF_ERROR(
                each({first_ + i, points_[i].id, points_[i].payload, points_[i].vectors}));
        }
        return Status::ok();
    }

private:
    const std::vector<Point>& points_;
    uint64_t first_;
};

}  // namespace

struct BulkLoader::Impl {
    std::shared_ptr<Collection> collection;
    std::string key;
    std::string folder;
    BulkOptions options;
    uint64_t done = 0;  ///< of the input, in the collection
    std::vector<Point> points;
    uint64_t bytes = 0;

    Collection::Impl& core() { return *collection->impl_; }
    DatabaseOptions database() { return core().options.database; }

    Status write_file(const std::string& name, const std::function<Status(TableWriter&)>& fill) {
        TEMBLOR_ASSIGN_OR_RETURN(auto writer, TableWriter::create(folder + name, database()));
        TEMBLOR_RETURN_IF_ERROR(fill(*writer));
        return writer->finish();
    }

    /// The database's side of the chunk: points and vectors by ordinal, ids in their order.
    Status write_tables(uint64_t first, const std::vector<std::pair<std::string, uint64_t>>& ids,
                        const std::atomic<bool>& stop) {
        const auto interrupted = [&] { return stop.load(std::memory_order_relaxed); };
        TEMBLOR_RETURN_IF_ERROR(write_file("/vectors", [&](TableWriter& out) -> Status {
            for (uint64_t i = 0; i < points.size(); ++i) {
                if (interrupted()) return Status::cancelled("the load was interrupted");
                TEMBLOR_RETURN_IF_ERROR(
                    out.put(encode_ordinal(first + i), encode_vectors(points[i].vectors)));
            }
            return Status::ok();
        }));
        TEMBLOR_RETURN_IF_ERROR(write_file("/points", [&](TableWriter& out) -> Status {
            for (uint64_t i = 0; i < points.size(); ++i) {
                TEMBLOR_RETURN_IF_ERROR(out.put(encode_ordinal(first + i),
                                                encode_point(points[i].id, points[i].payload)));
            }
            return Status::ok();
        }));
        return write_file("/ids", [&](TableWriter& out) -> Status {
            for (const auto& [id, ordinal] : ids)
                TEMBLOR_RETURN_IF_ERROR(out.put(id, encode_ordinal(ordinal)));
            return Status::ok();
        });
    }

    /// Ordinals that the ids of the chunk have now, ascending. commit_mutex is held.
    Result<std::vector<uint64_t>> replaced(
        const Version& now, const std::vector<std::pair<std::string, uint64_t>>& ids) {
        std::vector<uint64_t> ordinals;
        if (now.points == 0) return ordinals;
        std::vector<std::string> keys;
        for (size_t begin = 0; begin < ids.size(); begin += kLookups) {
            keys.clear();
            for (size_t i = begin; i < std::min(begin + kLookups, ids.size()); ++i)
                keys.push_back(ids[i].first);
            TEMBLOR_ASSIGN_OR_RETURN(const auto found, now.database->get_many(Table::kIds, keys));
            for (const auto& value : found) {
                if (!value) continue;
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(*value));
                ordinals.push_back(ordinal);
            }
        }
        std::sort(ordinals.begin(), ordinals.end());
        return ordinals;
    }

    Status commit(const std::vector<std::pair<std::string, uint64_t>>& ids,
                  const std::shared_ptr<const CollectionSegment>& made, uint64_t done_after);
};

BulkLoader::BulkLoader() : impl_(std::make_unique<Impl>()) {}
BulkLoader::~BulkLoader() {
    if (impl_->collection != nullptr) (void)impl_->core().options.files->remove_tree(impl_->folder);
}

Result<std::unique_ptr<BulkLoader>> BulkLoader::begin(std::shared_ptr<Collection> collection,
                                                      const std::string& name,
                                                      const BulkOptions& options) {
    if (options.chunk_points == 0 || options.chunk_points >= UINT32_MAX)
        return Status::invalid_argument("chunk_points: must be from 1 to 2^32 - 2");
    std::unique_ptr<BulkLoader> loader(new BulkLoader());
    Impl& impl = *loader->impl_;
    impl.key = "bulk/" + name;
    impl.options = options;
    impl.collection = std::move(collection);
    impl.folder = impl.collection->folder() + "/bulk";
    const std::shared_ptr<const Version> now = impl.collection->version();
    TEMBLOR_RETURN_IF_ERROR(now->error);
    TEMBLOR_ASSIGN_OR_RETURN(const auto stored, now->database->get(Table::kMeta, impl.key));
    if (stored) {
        TEMBLOR_ASSIGN_OR_RETURN(impl.done, decode_ordinal(*stored));
    }
    return loader;
}

uint64_t BulkLoader::points_done() const { return impl_->done; }

Status BulkLoader::add(Point point, Progress& progress) {
    Impl& impl = *impl_;
    const std::shared_ptr<const Schema> schema = impl.collection->version()->schema;
    point.id = canonical_id(std::move(point.id));
    Status status = check_point_id(point.id).with_context("id");
    if (status.is_ok()) status = schema->validate(point);
    if (!status.is_ok()) {
        return std::move(status).with_context("point " +
                                              std::to_string(impl.done + impl.points.size()) +
                                              " (id " + to_string(point.id) + ")");
    }
    for (NamedVector& v : point.vectors) {
        const auto settings = schema->dense.find(v.name);
        if (settings != schema->dense.end() && settings->second.distance == Distance::kCosine)
            normalize(std::get<DenseVector>(v.value));
    }
    impl.bytes += size_of(point);
    impl.points.push_back(std::move(point));
    if (impl.points.size() >= impl.options.chunk_points || impl.bytes >= impl.options.chunk_bytes)
        return commit_chunk(progress);
    return Status::ok();
}

Status BulkLoader::finish(Progress& progress) {
    if (!impl_->points.empty()) TEMBLOR_RETURN_IF_ERROR(commit_chunk(progress));
    Collection::Impl& core = impl_->core();
    const std::lock_guard lock(core.commit_mutex);
    TEMBLOR_RETURN_IF_ERROR(core.recover_writes());
    DatabaseBatch batch;
    batch.erase(Table::kMeta, impl_->key);
    TEMBLOR_RETURN_IF_ERROR(core.write_database(batch));
    core.publish(Version(*core.version()));  // who begins again reads the name there
    return Status::ok();
}

Status BulkLoader::commit_chunk(Progress& progress) {
    Impl& impl = *impl_;
    Collection::Impl& core = impl.core();
    FileSystem& files = *core.options.files;
    const uint64_t taken = impl.points.size();

    // Of two with one id the later counts.
    std::vector<std::pair<std::string, uint64_t>> ids;
    ids.reserve(taken);
    for (uint64_t i = 0; i < taken; ++i) ids.emplace_back(encode_id(impl.points[i].id), i);
    std::sort(ids.begin(), ids.end());
    std::vector<bool> superseded(taken);
    bool any = false;
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
        if (ids[i].first != ids[i + 1].first) continue;
        superseded[ids[i].second] = true;
        any = true;
    }
    if (any) {
        std::vector<uint64_t> place(taken);
        uint64_t kept = 0;
        for (uint64_t i = 0; i < taken; ++i) {
            place[i] = kept;
            if (!superseded[i]) {
                if (kept != i) impl.points[kept] = std::move(impl.points[i]);
                ++kept;
            }
        }
        impl.points.resize(kept);
        std::erase_if(ids, [&](const auto& entry) { return superseded[entry.second]; });
        for (auto& [id, i] : ids) i = place[i];
    }

    uint64_t first = 0;
    {
        const std::lock_guard lock(core.commit_mutex);
        TEMBLOR_RETURN_IF_ERROR(core.recover_writes());
        first = core.next_ordinal;
        core.next_ordinal += impl.points.size();
    }
    for (auto& [id, i] : ids) i += first;
    TEMBLOR_RETURN_IF_ERROR(files.remove_tree(impl.folder));
    TEMBLOR_RETURN_IF_ERROR(files.create_folders(impl.folder));

    // The two sides of the chunk are made side by side.
    std::atomic<bool> stop = false;
    Status tables;
    std::thread writer([&] { tables = impl.write_tables(first, ids, stop); });
    const uint64_t number = core.next_segment++;
    AssembleOptions how;
    how.threads = impl.options.threads;
    how.fewest_indexed_rows = core.options.fewest_indexed_rows;
    how.files = &files;
    const std::shared_ptr<const Schema> schema = core.version()->schema;
    const auto assembled = assemble_segment(*schema, ChunkSource(impl.points, first),
                                            core.segment_folder(number), how, progress);
    if (!assembled.is_ok()) stop = true;
    writer.join();
    const auto abandon = [&](Status status) {
        (void)files.remove_tree(core.segment_folder(number));
        (void)files.remove_tree(impl.folder);
        return status;
    };
    if (!assembled.is_ok()) return abandon(assembled.status());
    if (!tables.is_ok()) return abandon(std::move(tables));
    auto opened = CollectionSegment::open(core.segment_folder(number), number, *schema, files);
    if (!opened.is_ok()) return abandon(opened.status());
    SyncPoint::reach("bulk:before_commit");
    if (Status status = impl.commit(ids, *opened, impl.done + taken); !status.is_ok()) {
        (*opened)->mark_obsolete();
        return abandon(std::move(status));
    }
    SyncPoint::reach("bulk:after_commit");
    core.wake();
    impl.done += taken;
    impl.points.clear();
    impl.bytes = 0;
    progress.report("points loaded", impl.done, 0);
    return files.remove_tree(impl.folder);
}

Status BulkLoader::Impl::commit(const std::vector<std::pair<std::string, uint64_t>>& ids,
                                const std::shared_ptr<const CollectionSegment>& made,
                                uint64_t done_after) {
    Collection::Impl& c = core();
    const std::lock_guard lock(c.commit_mutex);
    TEMBLOR_RETURN_IF_ERROR(c.recover_writes());
    if (c.disk_is_nearly_full()) return Status::resource_exhausted(folder + ": disk nearly full");
    Version next = *c.version();
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<uint64_t> old, replaced(next, ids));
    Kills kills(next);
    std::vector<uint64_t> dead;
    for (const uint64_t ordinal : old) {
        if (!kills.add(ordinal)) dead.push_back(ordinal);
    }
    std::vector<Database::Ingest> files{{Table::kIds, {folder + "/ids"}},
                                        {Table::kPoints, {folder + "/points"}},
                                        {Table::kVectors, {folder + "/vectors"}}};
    if (!old.empty()) {
        for (Database::Ingest& table : files) {
            if (table.table == Table::kIds) continue;
            const std::string name = table.files.front() + "-old";
            TEMBLOR_RETURN_IF_ERROR(
                write_file(name.substr(folder.size()), [&](TableWriter& out) -> Status {
                    for (const uint64_t ordinal : old)
                        TEMBLOR_RETURN_IF_ERROR(out.erase(encode_ordinal(ordinal)));
                    return Status::ok();
                }));
            table.files.insert(table.files.begin(), name);
        }
    }
    if (!dead.empty()) {
        TEMBLOR_RETURN_IF_ERROR(write_file("/dead", [&](TableWriter& out) -> Status {
            for (const uint64_t ordinal : dead)
                TEMBLOR_RETURN_IF_ERROR(out.put(encode_ordinal(ordinal), {}));
            return Status::ok();
        }));
        files.push_back({Table::kDead, {folder + "/dead"}});
    }
    Manifest changed = c.manifest;
    changed.segments.push_back({made->number(), made->rows()});
    changed.next_segment = c.next_segment;
    const uint64_t points_before = c.points;
    c.points = c.points + made->rows() - old.size();
    TEMBLOR_RETURN_IF_ERROR(write_file("/meta", [&](TableWriter& out) -> Status {
        TEMBLOR_RETURN_IF_ERROR(out.put(key, encode_ordinal(done_after)));
        TEMBLOR_RETURN_IF_ERROR(out.put("manifest", changed.to_json()));
        return out.put("state", c.state_value());
    }));
    files.push_back({Table::kMeta, {folder + "/meta"}});
    if (Status status = c.database->ingest(files); !status.is_ok()) {
        c.points = points_before;
        c.note_write_error(status);
        return status;
    }
    c.manifest = std::move(changed);
    kills.apply();
    std::string bad_index;
    next.segments.push_back({made,
                             {},
                             std::make_shared<const PayloadIndexes>(
                                 made->open_payload_indexes(*next.schema, bad_index))});
    c.publish(std::move(next));
    return Status::ok();
}

}  // namespace temblor
