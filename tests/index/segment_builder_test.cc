#include "index/segment_builder.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "index/segment.h"
#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"

namespace temblor {
namespace {

using SegmentBuilder = testing::FolderTest;

/// Ids, vocabulary, payloads and an encoder around synthetic vectors.
SegmentContents rich_contents(uint32_t rows) {
    testing::SyntheticShape shape;
    shape.rows = rows;
    shape.dim = 500;
    SegmentContents contents = testing::contents_of(testing::synthetic_documents(shape));
    std::vector<std::string> ids;
    std::vector<std::string> tokens;
    PayloadsBuilder payloads;
    for (uint32_t r = 0; r < rows; ++r) {
        ids.push_back("document/" + std::to_string(r * 7));
        payloads.add("{\"row\":" + std::to_string(r) + "}");
    }
    for (uint32_t c = 0; c < 500; ++c) tokens.push_back("token" + std::to_string(c));
    contents.ids = DocumentIds::from_strings(ids).value();
    contents.vocabulary = Vocabulary::from_tokens(tokens).value();
    contents.payloads = payloads.finish().value();
    contents.encoder.config_json = R"({"kind":"example"})";
    contents.encoder.query_weights.assign(500, 0.25F);
    return contents;
}

TEST_F(SegmentBuilder, OpensAsItWasBuilt) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        const SegmentContents contents = rich_contents(300);
        BuildParameters parameters;
        parameters.forward = kind;
        parameters.n_postings = 20;
        parameters.max_fraction = 3.5;
        parameters.centroid_fraction = 0.25;
        parameters.summary_energy = 0.5;
        parameters.min_cluster_size = 3;
        parameters.doc_cut = 11;
        parameters.pruning = PruningKind::kFixedSize;
        parameters.seed = 77;
        testing::Recorder recorder;
        const auto report = build_segment(contents, parameters, path("a.tbl"), recorder);
        ASSERT_TRUE(report.is_ok()) << report.status().message();
        EXPECT_FALSE(recorder.reports.empty());
        for (const auto& r : recorder.reports) EXPECT_LE(r.done, r.total) << r.stage;
        for (const Residency residency : {Residency::kMapped, Residency::kLoaded}) {
            const auto opened = Segment::open(path("a.tbl"), residency);
            ASSERT_TRUE(opened.is_ok()) << opened.status().message();
            const Segment& segment = **opened;
            const Status valid = segment.verify(no_progress());
            ASSERT_TRUE(valid.is_ok()) << valid.message();
            EXPECT_EQ(segment.rows(), 300U);
            EXPECT_EQ(segment.rows(), report->documents);
            EXPECT_EQ(segment.dim(), 500U);
            EXPECT_EQ(segment.nnz(), contents.vectors.nnz());
            EXPECT_EQ(segment.nnz(), report->nnz);
            EXPECT_EQ(segment.file_bytes(), report->bytes);
            EXPECT_EQ(segment.file_bytes(), std::filesystem::file_size(path("a.tbl")));
            EXPECT_EQ(segment.lists().total_postings(), report->postings);
            EXPECT_EQ(segment.lists().total_blocks(), report->blocks);
            for (uint64_t r = 0; r < 300; ++r) {
                ASSERT_EQ(segment.ids().id_string(r), contents.ids.id_string(r));
                ASSERT_EQ(segment.payloads().json(r).value(), contents.payloads.json(r).value());
                ASSERT_EQ(segment.vector(r)->nnz(), contents.vectors.row(r).nnz());
            }
            for (uint32_t c = 0; c < 500; ++c)
                ASSERT_EQ(segment.vocabulary().token(c), contents.vocabulary.token(c));
            EXPECT_EQ(segment.encoder().config_json, contents.encoder.config_json);
            EXPECT_EQ(segment.encoder().query_weights, contents.encoder.query_weights);
            EXPECT_TRUE(segment.calibration().empty());
            const BuildParameters& p = segment.parameters();
            EXPECT_EQ(p.forward, parameters.forward);
            EXPECT_EQ(p.n_postings, parameters.n_postings);
            EXPECT_EQ(p.max_fraction, parameters.max_fraction);
            EXPECT_EQ(p.centroid_fraction, parameters.centroid_fraction);
            EXPECT_EQ(p.summary_energy, parameters.summary_energy);
            EXPECT_EQ(p.min_cluster_size, parameters.min_cluster_size);
            EXPECT_EQ(p.doc_cut, parameters.doc_cut);
            EXPECT_EQ(p.pruning, parameters.pruning);
            EXPECT_EQ(p.seed, parameters.seed);
        }
    }
}

TEST_F(SegmentBuilder, TheBytesDoNotDependOnThreads) {
    const SegmentContents contents = rich_contents(2000);
    for (const ForwardKind kind : testing::kForwardKinds) {
        BuildParameters parameters;
        parameters.forward = kind;
        parameters.n_postings = 60;
        std::string first;
        for (const uint32_t threads : {1U, 2U, 3U}) {
            parameters.threads = threads;
            const std::string file = path(std::to_string(threads));
            ASSERT_TRUE(build_segment(contents, parameters, file, no_progress()).is_ok());
            const std::string bytes = testing::slurp(file);
            if (threads == 1) first = bytes;
            EXPECT_TRUE(bytes == first) << threads << " threads";
        }
        parameters.seed = 1;
        ASSERT_TRUE(build_segment(contents, parameters, path("seed"), no_progress()).is_ok());
        EXPECT_FALSE(testing::slurp(path("seed")) == first);
    }
}

TEST_F(SegmentBuilder, ComponentsOfAnySize) {
    testing::SyntheticShape shape;
    shape.dim = 3000;
    shape.component_stride = 1'400'000;  // up to almost 2^32, fewer than 65,536 of them
    const SparseDataset few = testing::synthetic_documents(shape);
    shape.dim = 66'000;
    shape.every_component = true;
    shape.component_stride = 60'000;
    shape.max_nnz = 200;
    const SparseDataset many = testing::synthetic_documents(shape);
    for (const bool wide : {false, true}) {
        const SparseDataset& dataset = wide ? many : few;
        for (const ForwardKind kind : testing::kForwardKinds) {
            BuildParameters parameters;
            parameters.forward = kind;
            parameters.n_postings = 50;
            const auto segment = testing::segment_of(dataset, parameters);
            const Status valid = segment->verify(no_progress());
            ASSERT_TRUE(valid.is_ok()) << valid.message();
            EXPECT_EQ(segment->dim(), dataset.dim());
            EXPECT_EQ(segment->lists().wide(), wide);
            for (uint64_t r = 0; r < dataset.rows(); r += 7) {
                const auto row = segment->vector(r);
                ASSERT_TRUE(row.is_ok());
                const auto expected = dataset.row(r).components;
                ASSERT_TRUE(std::equal(expected.begin(), expected.end(), row->components.begin(),
                                       row->components.end()));
            }
        }
    }
    const auto last = testing::segment_of(
        testing::dataset_of({{{UINT32_MAX}, {1}}}, uint64_t{1} << 32), BuildParameters{});
    EXPECT_EQ(last->vector(0)->components, std::vector<uint32_t>{UINT32_MAX});
    EXPECT_TRUE(last->verify(no_progress()).is_ok());
}

TEST_F(SegmentBuilder, NoDocumentsAndNoEntries) {
    for (const ForwardKind kind : testing::kForwardKinds) {
        BuildParameters parameters;
        parameters.forward = kind;
        for (const SparseDataset& dataset :
             {SparseDataset(), testing::dataset_of({{{}, {}}}), testing::dataset_of({{{}, {}}}, 90),
              testing::dataset_of({{{}, {}}, {{}, {}}}, 100'000),
              testing::dataset_of({{{3}, {0}}}, 5)}) {
            const auto segment = testing::segment_of(dataset, parameters);
            EXPECT_EQ(segment->rows(), dataset.rows());
            const Status valid = segment->verify(no_progress());
            EXPECT_TRUE(valid.is_ok()) << valid.message();
        }
    }
}

/// Cancels from its n-th report on.
class CancelAtReport final : public Progress {
public:
    explicit CancelAtReport(int reports) : left_(reports) {}
    void report(std::string_view, uint64_t, uint64_t) override { --left_; }
    [[nodiscard]] bool cancelled() const override { return left_ <= 0; }
    [[nodiscard]] int left() const { return left_; }

private:
    int left_;
};

TEST_F(SegmentBuilder, AnInterruptedBuildLeavesNothing) {
    const SegmentContents contents = rich_contents(1000);
    BuildParameters parameters;
    parameters.threads = 2;
    constexpr int kMany = 1'000'000;
    CancelAtReport never(kMany);
    ASSERT_TRUE(build_segment(contents, parameters, path("whole"), never).is_ok());
    const int reports = kMany - never.left();
    ASSERT_GT(reports, 0);
    for (int n = 0; n <= reports; ++n) {
        CancelAtReport progress(n);
        EXPECT_ERROR(build_segment(contents, parameters, path("part"), progress),
                     StatusCode::kCancelled);
        EXPECT_EQ(names(), std::vector<std::string>{"whole"}) << n << " reports";
    }
}

TEST_F(SegmentBuilder, AnOldFileGivesWayOnlyToAWholeOne) {
    const std::string target = file("a.tbl", "something else");
    SegmentContents contents = rich_contents(100);
    testing::CancelAfter now(0);
    EXPECT_ERROR(build_segment(contents, {}, target, now), StatusCode::kCancelled);
    EXPECT_EQ(testing::slurp(target), "something else");
    contents.vectors = testing::dataset_of({{{1}, {-1}}});
    EXPECT_FALSE(build_segment(contents, {}, target, no_progress()).is_ok());
    EXPECT_EQ(testing::slurp(target), "something else");
    EXPECT_EQ(names(), std::vector<std::string>{"a.tbl"});
    ASSERT_TRUE(build_segment(rich_contents(100), {}, target, no_progress()).is_ok());
    EXPECT_TRUE(Segment::open(target).is_ok());
    EXPECT_EQ(names(), std::vector<std::string>{"a.tbl"});
}

TEST_F(SegmentBuilder, RefusesWrongInputByItsRow) {
    const SparseVector good{{1, 2}, {1, 2}};
    const std::pair<SparseVector, const char*> wrong[] = {
        {{{1, 2}, {1, -1}}, "negative"},
        {{{1, 2}, {1, std::numeric_limits<float>::quiet_NaN()}}, "value"},
        {{{1, 2}, {std::numeric_limits<float>::infinity(), 1}}, "value"},
        {{{2, 1}, {1, 1}}, "component"},
        {{{2, 2}, {1, 1}}, "component"}};
    for (const auto& [row, word] : wrong) {
        const auto contents = testing::contents_of(testing::dataset_of({good, good, row}, 10));
        EXPECT_ERROR(build_segment(contents, {}, path("a.tbl"), no_progress()),
                     StatusCode::kInvalidArgument, "row 2", word);
    }
    SegmentContents contents = testing::contents_of(testing::dataset_of({good, good}));
    contents.ids = DocumentIds::row_numbers(3);
    EXPECT_ERROR(build_segment(contents, {}, path("a.tbl"), no_progress()),
                 StatusCode::kInvalidArgument, "ids");
    contents.ids = DocumentIds::row_numbers(2);
    PayloadsBuilder payloads;
    payloads.add("{}");
    contents.payloads = payloads.finish().value();
    EXPECT_ERROR(build_segment(contents, {}, path("a.tbl"), no_progress()),
                 StatusCode::kInvalidArgument, "payloads");
    EXPECT_TRUE(names().empty());
    contents.payloads = {};
    EXPECT_ERROR(build_segment(contents, {}, path("no/such/folder"), no_progress()),
                 StatusCode::kNotFound, "no/such");
}

TEST_F(SegmentBuilder, RefusesParametersByTheirNames) {
    const auto refused = [&](const char* name, auto&& change) {
        BuildParameters parameters;
        change(parameters);
        EXPECT_ERROR(build_segment(rich_contents(10), parameters, path("a"), no_progress()),
                     StatusCode::kInvalidArgument, name);
    };
    const double nan = std::nan("");
    refused("n_postings", [](auto& p) { p.n_postings = 0; });
    refused("max_fraction", [](auto& p) { p.max_fraction = 0; });
    refused("max_fraction", [&](auto& p) { p.max_fraction = nan; });
    refused("centroid_fraction", [](auto& p) { p.centroid_fraction = 1.5; });
    refused("centroid_fraction", [&](auto& p) { p.centroid_fraction = nan; });
    refused("summary_energy", [](auto& p) { p.summary_energy = 0; });
    refused("doc_cut", [](auto& p) { p.doc_cut = 0; });
    refused("threads", [](auto& p) { p.threads = 1'000'000; });
    for (const uint64_t rows : {0U, 1U, 1000U, 1'000'000U, 4'000'000'000U})
        EXPECT_TRUE(BuildParameters::for_collection(rows, rows * 100, VectorSource::kLearned)
                        .validate()
                        .is_ok());
}

TEST_F(SegmentBuilder, StoredCalibrationChangesNothingElse) {
    const SegmentContents contents = rich_contents(400);
    ASSERT_TRUE(build_segment(contents, {}, path("a"), no_progress()).is_ok());
    const std::string before = testing::slurp(path("a"));
    const auto old = Segment::open(path("a")).value();
    const std::vector<CalibrationFrontier> frontiers{
        {10, 100, true, {{0.9F, 10, 20, 3, 0.8F, 100}}}};
    ASSERT_TRUE(store_calibration(path("a"), frontiers).is_ok());
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
    EXPECT_TRUE(old->verify(no_progress()).is_ok());  // who has the old file open keeps it
    EXPECT_TRUE(old->calibration().empty());
    const auto segment = Segment::open(path("a")).value();
    ASSERT_TRUE(segment->verify(no_progress()).is_ok());
    ASSERT_EQ(segment->calibration().size(), 1U);
    EXPECT_EQ(segment->calibration()[0].points[0].query_cut, 3U);
    const std::string after = testing::slurp(path("a"));
    for (const Segment::Section& a : old->sections()) {
        if (a.name == "calibration") continue;
        bool found = false;
        for (const Segment::Section& b : segment->sections()) {
            if (a.name != b.name) continue;
            found = true;
            EXPECT_EQ(before.substr(a.offset, a.bytes), after.substr(b.offset, b.bytes)) << a.name;
        }
        EXPECT_TRUE(found) << a.name;
    }
    ASSERT_TRUE(store_calibration(path("a"), {}).is_ok());
    EXPECT_TRUE(Segment::open(path("a")).value()->calibration().empty());
    EXPECT_ERROR(store_calibration(path("b"), frontiers), StatusCode::kNotFound, "b");
    EXPECT_ERROR(store_calibration(file("c", "not a segment"), frontiers), StatusCode::kCorruption,
                 "header");
    EXPECT_EQ(testing::slurp(path("c")), "not a segment");
}

}  // namespace
}  // namespace temblor
