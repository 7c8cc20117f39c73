#include "index/collection/database.h"

#include <array>
#include <cstdarg>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include "index/collection/database_mark.h"

namespace temblor {
namespace {

constexpr std::array<const char*, kTables> kTableNames{"default", "ids", "points", "vectors",
                                                       "dead"};
/// The log is kept below this, so that reopening replays little.
constexpr uint64_t kMaxLogBytes = uint64_t{64} << 20;
constexpr double kBloomBits = 10;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view_of(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

/// RocksDB must not try to go on by itself after an error: when its tables' memory is empty it
/// takes up the log that failed, and appending to that is an assertion in 7.8.
class NoRecovery : public rocksdb::EventListener {
public:
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                              bool* automatic) override {
        *automatic = false;
    }
};

/// RocksDB's log of information stays unwritten: on a full disk its second message is an assertion
/// in 7.8, and what matters comes back as a status.
class NoMessages : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*values*/) override {}
};

rocksdb::DBOptions database_options(const DatabaseOptions& options) {
    rocksdb::DBOptions o;
    if (options.env != nullptr) o.env = options.env;
    o.create_if_missing = true;
    o.create_missing_column_families = true;
    o.paranoid_checks = true;
    o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    o.track_and_verify_wals_in_manifest = true;
    o.max_total_wal_size = kMaxLogBytes;
    o.max_background_jobs = 2;
    o.max_open_files = 512;
    o.bytes_per_sync = 1 << 20;
    o.allow_fallocate = false;  // small disks are not to be filled by promises
    o.listeners = {std::make_shared<NoRecovery>()};
    o.max_bgerror_resume_count = 0;
    o.info_log = std::make_shared<NoMessages>();
    return o;
}

rocksdb::ColumnFamilyOptions table_options(const DatabaseOptions& options, size_t table,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
    blocks.format_version = 5;
    blocks.checksum = rocksdb::kXXH3;
    blocks.cache_index_and_filter_blocks = true;
    blocks.pin_l0_filter_and_index_blocks_in_cache = true;
    rocksdb::ColumnFamilyOptions o;
    o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    o.write_buffer_size = options.write_buffer_bytes;
    o.level_compaction_dynamic_level_bytes = true;
    // Payloads are text; gaps and floats do not get smaller.
    const bool text = table == static_cast<size_t>(Table::kPoints);
    o.compression = text ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
    o.bottommost_compression = text ? rocksdb::kZSTD : rocksdb::kNoCompression;
    return o;
}

}  // namespace

Status from_rocksdb(const rocksdb::Status& status) {
    if (status.ok()) return Status::ok();
    const std::string message = "database: " + status.ToString();
    if (status.IsNoSpace()) return Status::resource_exhausted(message);
    if (status.IsCorruption()) return Status::corruption(message);
    if (status.IsNotFound()) return Status::not_found(message);
    if (status.IsMemoryLimit()) return Status::resource_exhausted(message);
    return {StatusCode::kIoError, message};
}

DatabaseBatch::DatabaseBatch() = default;
DatabaseBatch::~DatabaseBatch() = default;
DatabaseBatch::DatabaseBatch(DatabaseBatch&&) noexcept = default;
DatabaseBatch& DatabaseBatch::operator=(DatabaseBatch&&) noexcept = default;

void DatabaseBatch::put(Table table, std::string_view key, std::string_view value) {
    bytes_ += key.size() + value.size();
    changes_.push_back({table, false, std::string(key), std::string(value)});
}

void DatabaseBatch::erase(Table table, std::string_view key) {
    bytes_ += key.size();
    changes_.push_back({table, true, std::string(key), {}});
}

uint64_t DatabaseBatch::bytes() const { return bytes_; }
bool DatabaseBatch::empty() const { return changes_.empty(); }

struct Database::Impl {
    std::shared_ptr<DatabaseMark> mark;
    std::shared_ptr<rocksdb::Cache> cache;
    std::unique_ptr<rocksdb::DB> db;
    std::array<rocksdb::ColumnFamilyHandle*, kTables> tables{};

    [[nodiscard]] rocksdb::ColumnFamilyHandle* table(Table t) const {
        return tables[static_cast<size_t>(t)];
    }
    ~Impl() {
        if (db == nullptr) return;
        for (rocksdb::ColumnFamilyHandle* handle : tables) {
            // Nothing but a log message could be told.
            if (handle != nullptr) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
        }
        db->Close().PermitUncheckedError();
    }
};

Database::Database() : impl_(std::make_unique<Impl>()) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::open(const std::string& folder,
                                                 const DatabaseOptions& options) {
    return open(folder, options, Mode::kNormal);
}

Result<std::shared_ptr<Database>> Database::open_read_only(const std::string& folder,
                                                           const DatabaseOptions& options) {
    return open(folder, options, Mode::kReadOnly);
}

Result<std::shared_ptr<Database>> Database::open_repaired(const std::string& folder,
                                                          const DatabaseOptions& options) {
    return open(folder, options, Mode::kRepaired);
}

Result<std::shared_ptr<Database>> Database::open(const std::string& folder,
                                                 const DatabaseOptions& options, Mode mode) {
    std::shared_ptr<Database> database(new Database());
    Impl& impl = *database->impl_;
    impl.cache = rocksdb::NewLRUCache(options.cache_bytes);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (size_t t = 0; t < kTables; ++t)
        families.emplace_back(kTableNames[t], table_options(options, t, impl.cache));
    // RocksDB's repair may list one file's content twice.
    for (auto& family : families) family.options.force_consistency_checks = mode != Mode::kRepaired;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    rocksdb::DBOptions how = database_options(options);
    impl.mark = std::make_shared<DatabaseMark>(folder, how.env);
    how.listeners.push_back(impl.mark);
    const rocksdb::Status opened =
        mode == Mode::kReadOnly ? rocksdb::DB::OpenForReadOnly(how, folder, families, &handles, &db)
                                : rocksdb::DB::Open(how, folder, families, &handles, &db);
    if (!opened.ok()) return from_rocksdb(opened).with_context(folder);
    impl.db.reset(db);
    for (size_t t = 0; t < kTables; ++t) impl.tables[t] = handles[t];
    TEMBLOR_RETURN_IF_ERROR(impl.mark->check(db->GetLatestSequenceNumber()));
    // Opening for writing flushes what the log held.
    if (mode != Mode::kReadOnly) impl.mark->raise(db->GetLatestSequenceNumber());
    return database;
}

Status Database::write(const DatabaseBatch& batch) {
    rocksdb::WriteBatch changes(batch.bytes_ + 64 * batch.changes_.size());
    for (const DatabaseBatch::Change& c : batch.changes_) {
        const rocksdb::Status put =
            c.erase ? changes.Delete(impl_->table(c.table), slice(c.key))
                    : changes.Put(impl_->table(c.table), slice(c.key), slice(c.value));
        if (!put.ok()) return from_rocksdb(put);
    }
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return from_rocksdb(impl_->db->Write(durable, &changes));
}

std::shared_ptr<const DatabaseView> Database::view() {
    return std::shared_ptr<const DatabaseView>(
        new DatabaseView(shared_from_this(), impl_->db->GetSnapshot()));
}

Status Database::flush() {
    const std::vector<rocksdb::ColumnFamilyHandle*> all(impl_->tables.begin(), impl_->tables.end());
    return from_rocksdb(impl_->db->Flush(rocksdb::FlushOptions(), all));
}

Status Database::compact() {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (rocksdb::ColumnFamilyHandle* table : impl_->tables) {
        TEMBLOR_RETURN_IF_ERROR(
            from_rocksdb(impl_->db->CompactRange(all, table, nullptr, nullptr)));
    }
    return Status::ok();
}

Status Database::checkpoint(const std::string& folder) {
    rocksdb::Checkpoint* made = nullptr;
    const rocksdb::Status created = rocksdb::Checkpoint::Create(impl_->db.get(), &made);
    if (!created.ok()) return from_rocksdb(created);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    return from_rocksdb(checkpoint->CreateCheckpoint(folder));
}

Status Database::verify() {
    rocksdb::ReadOptions read;
    read.verify_checksums = true;
    return from_rocksdb(impl_->db->VerifyChecksum(read));
}

Status Database::ingest(const std::vector<Ingest>& files) {
    std::vector<rocksdb::IngestExternalFileArg> steps;
    for (const Ingest& f : files) {
        rocksdb::IngestExternalFileArg step;
        step.column_family = impl_->table(f.table);
        step.external_files = f.files;
        step.options.move_files = true;
        step.options.failed_move_fall_back_to_copy = true;
        steps.push_back(std::move(step));
    }
    return from_rocksdb(impl_->db->IngestExternalFiles(steps));
}

Database::Memory Database::memory() const {
    Memory memory;
    memory.cache = impl_->cache->GetUsage();
    for (rocksdb::ColumnFamilyHandle* table : impl_->tables) {
        uint64_t bytes = 0;
        if (impl_->db->GetIntProperty(table, rocksdb::DB::Properties::kSizeAllMemTables, &bytes))
            memory.tables += bytes;
        if (impl_->db->GetIntProperty(table, rocksdb::DB::Properties::kEstimateTableReadersMem,
                                      &bytes))
            memory.readers += bytes;
    }
    return memory;
}

uint64_t Database::disk_bytes() const {
    uint64_t sum = 0;
    for (rocksdb::ColumnFamilyHandle* table : impl_->tables) {
        uint64_t bytes = 0;
        if (impl_->db->GetIntProperty(table, rocksdb::DB::Properties::kTotalSstFilesSize, &bytes))
            sum += bytes;
    }
    return sum;
}

DatabaseView::DatabaseView(std::shared_ptr<Database> database, const rocksdb::Snapshot* snapshot)
    : database_(std::move(database)), snapshot_(snapshot) {}

DatabaseView::~DatabaseView() { database_->impl_->db->ReleaseSnapshot(snapshot_); }

Result<std::optional<std::string>> DatabaseView::get(Table table, std::string_view key) const {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    std::string value;
    const rocksdb::Status got =
        database_->impl_->db->Get(read, database_->impl_->table(table), slice(key), &value);
    if (got.IsNotFound()) return std::optional<std::string>();
    if (!got.ok()) return from_rocksdb(got);
    return std::optional(std::move(value));
}

Result<std::vector<std::optional<std::string>>> DatabaseView::get_many(
    Table table, const std::vector<std::string>& keys) const {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    std::vector<rocksdb::Slice> slices;
    slices.reserve(keys.size());
    for (const std::string& key : keys) slices.emplace_back(key);
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    database_->impl_->db->MultiGet(read, database_->impl_->table(table), keys.size(), slices.data(),
                                   values.data(), statuses.data());
    std::vector<std::optional<std::string>> answers(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
        if (statuses[i].IsNotFound()) continue;
        if (!statuses[i].ok()) return from_rocksdb(statuses[i]);
        answers[i] = values[i].ToString();
    }
    return answers;
}

Status DatabaseView::scan(Table table, std::string_view begin, std::string_view end,
                          const Visit& visit) const {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    const rocksdb::Slice bound = slice(end);
    if (!end.empty()) read.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at(
        database_->impl_->db->NewIterator(read, database_->impl_->table(table)));
    for (at->Seek(slice(begin)); at->Valid(); at->Next()) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool more, visit(view_of(at->key()), view_of(at->value())));
        if (!more) return Status::ok();
    }
    return from_rocksdb(at->status());
}

struct TableWriter::Impl {
    rocksdb::Options options;
    rocksdb::SstFileWriter writer;
    explicit Impl(rocksdb::Options o)
        : options(std::move(o)), writer(rocksdb::EnvOptions(), options) {}
};

TableWriter::TableWriter() = default;
TableWriter::~TableWriter() = default;

Result<std::unique_ptr<TableWriter>> TableWriter::create(const std::string& file,
                                                         const DatabaseOptions& options) {
    std::unique_ptr<TableWriter> writer(new TableWriter());
    rocksdb::Options o(database_options(options), table_options(options, kTables, nullptr));
    writer->impl_ = std::make_unique<Impl>(std::move(o));
    TEMBLOR_RETURN_IF_ERROR(from_rocksdb(writer->impl_->writer.Open(file)));
    return writer;
}

Status TableWriter::put(std::string_view key, std::string_view value) {
    ++entries_;
    return from_rocksdb(impl_->writer.Put(slice(key), slice(value)));
}

Status TableWriter::erase(std::string_view key) {
    ++entries_;
    return from_rocksdb(impl_->writer.Delete(slice(key)));
}

Status TableWriter::finish() { return from_rocksdb(impl_->writer.Finish()); }

Status salvage_database(const std::string& folder) {
    const DatabaseOptions options;
    TEMBLOR_RETURN_IF_ERROR(DatabaseMark::remove(folder, rocksdb::Env::Default()));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
    for (size_t t = 0; t < kTables; ++t)
        families.emplace_back(kTableNames[t], table_options(options, t, cache));
    for (auto& family : families) family.options.force_consistency_checks = false;
    return from_rocksdb(rocksdb::RepairDB(folder, database_options(options), families));
}

}  // namespace temblor
