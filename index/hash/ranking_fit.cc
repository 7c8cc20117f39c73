#include "index/hash/ranking_fit.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include <lbfgs.h>

namespace temblor {
namespace {

constexpr int kMostRounds = 30;
constexpr int kMemory = 8;
/// Rounds without a better one, after which more will not help.
constexpr uint32_t kPatience = 4;
/// How much leaving the old centroids costs, at vectors of length 1.
constexpr double kHold = 0.01;
constexpr size_t kHeldOut = 5;  ///< one query of so many
/// Gradients are summed in as many parts, whatever the number of threads.
constexpr size_t kParts = 8;

class RankingObjective {
public:
    RankingObjective(const CodeBook& book, const RankingProblem& problem, Progress& progress)
        : start_(book.entries().begin(), book.entries().end()),
          shape_(book.shape()),
          problem_(problem),
          count_(problem.scores.size() / problem.each),
          held_out_(count_ / kHeldOut),
          progress_(progress) {
        set_temperature();
        best_ = start_;
        best_loss_ = first_loss_ = loss(start_, 0, held_out_, {});
    }

    RankingFit run() {
        const auto n = static_cast<int>(start_.size());
        std::unique_ptr<lbfgsfloatval_t, void (*)(lbfgsfloatval_t*)> x(lbfgs_malloc(n), lbfgs_free);
        if (x == nullptr) throw std::bad_alloc();
        std::copy(start_.begin(), start_.end(), x.get());
        lbfgs_parameter_t parameters;
        lbfgs_parameter_init(&parameters);
        parameters.m = kMemory;
        parameters.max_iterations = kMostRounds;
        // It ends well, at the most rounds or by report(); the best round is what counts.
        lbfgs(n, x.get(), nullptr, &evaluate, &report, this, &parameters);
        return {CodeBook(shape_, std::move(best_)), first_loss_, best_loss_, rounds_};
    }

private:
    /// The spread of a query's scores, and how long vectors are in that unit.
    void set_temperature() {
        double variance = 0;
        for (size_t q = 0; q < count_; ++q) {
            const auto scores = problem_.scores.subspan(q * problem_.each, problem_.each);
            double mean = 0;
            for (const float s : scores) mean += static_cast<double>(s) / problem_.each;
            for (const float s : scores) {
                const double off = static_cast<double>(s) - mean;
                variance += off * off / problem_.each;
            }
        }
        double squares = 0;
        for (const float v : problem_.queries) squares += static_cast<double>(v * v);
        const auto n = static_cast<double>(std::max<size_t>(count_, 1));
        temperature_ = std::max(std::sqrt(variance / n), 1e-30);
        hold_ = kHold * (squares / n) / (temperature_ * temperature_) * kUsualSpread * kUsualSpread;
    }

    /// Of queries [begin, end) with the book `entries`; adds to `gradient` unless that is empty.
    double loss(std::span<const float> entries, size_t begin, size_t end,
                std::span<double> gradient) const {
        std::vector<double> sums(kParts);
        std::vector<std::vector<float>> gradients(kParts);
#pragma omp parallel for schedule(dynamic, 1)
        for (size_t part = 0; part < kParts; ++part) {
            if (!gradient.empty()) gradients[part].assign(entries.size(), 0);
            const size_t n = end - begin;
            sums[part] = loss_of(entries, begin + n * part / kParts,
                                 begin + n * (part + 1) / kParts, gradients[part]);
        }
        const auto n = static_cast<double>(std::max<size_t>(end - begin, 1));
        double sum = 0;
        for (size_t part = 0; part < kParts; ++part) {
            sum += sums[part] / n;
            for (size_t i = 0; i < gradient.size(); ++i)
                gradient[i] += static_cast<double>(gradients[part][i]) / n;
        }
        return sum;
    }
    double loss_of(std::span<const float> entries, size_t begin, size_t end,
                   std::span<float> gradient) const {
        const uint32_t k = shape_.centroids();
        const uint32_t subspaces = shape_.subspaces();
        std::vector<float> table(size_t{subspaces} * k);
        std::vector<float> weights(table.size());
        std::vector<double> wanted(problem_.each);
        std::vector<double> given(problem_.each);
        double sum = 0;
        for (size_t q = begin; q < end; ++q) {
            const float* query = problem_.queries.data() + q * shape_.dim;
            fill_table(entries, query, table);
            const uint8_t* codes = problem_.codes.data() + q * problem_.each * subspaces;
            for (uint32_t e = 0; e < problem_.each; ++e) {
                float score = problem_.known[q * problem_.each + e];
                for (uint32_t j = 0; j < subspaces; ++j)
                    score += table[size_t{j} * k + codes[size_t{e} * subspaces + j]];
                given[e] = static_cast<double>(score);
                wanted[e] = static_cast<double>(problem_.scores[q * problem_.each + e]);
            }
            double shift = 0;
            for (uint32_t e = 0; e < problem_.each; ++e)
                shift += (given[e] - wanted[e]) / (temperature_ * problem_.each);
            sum += shift * shift / 2;
            to_logarithms(given);
            to_logarithms(wanted);
            for (uint32_t e = 0; e < problem_.each; ++e)
                sum += std::exp(wanted[e]) * (wanted[e] - given[e]);
            if (gradient.empty()) continue;
            std::fill(weights.begin(), weights.end(), 0.0F);
            for (uint32_t e = 0; e < problem_.each; ++e) {
                const double off = std::exp(given[e]) - std::exp(wanted[e]);
                const auto weight =
                    static_cast<float>((off + shift / problem_.each) / temperature_);
                for (uint32_t j = 0; j < subspaces; ++j)
                    weights[size_t{j} * k + codes[size_t{e} * subspaces + j]] += weight;
            }
            for (uint32_t d = 0; d < shape_.dim; ++d) {
                const float* from = weights.data() + size_t{d / shape_.width} * k;
                float* to = gradient.data() + size_t{d} * k;
                for (uint32_t c = 0; c < k; ++c) to[c] += query[d] * from[c];
            }
        }
        return sum;
    }
    void fill_table(std::span<const float> entries, const float* query,
                    std::span<float> table) const {
        const uint32_t k = shape_.centroids();
        std::fill(table.begin(), table.end(), 0.0F);
        for (uint32_t d = 0; d < shape_.dim; ++d) {
            const float* from = entries.data() + size_t{d} * k;
            float* to = table.data() + size_t{d / shape_.width} * k;
            for (uint32_t c = 0; c < k; ++c) to[c] += query[d] * from[c];
        }
    }
    /// Scores become the logarithms of their softmax.
    void to_logarithms(std::span<double> scores) const {
        const double most = *std::max_element(scores.begin(), scores.end());
        double sum = 0;
        for (double& s : scores) {
            s = (s - most) / temperature_;
            sum += std::exp(s);
        }
        for (double& s : scores) s -= std::log(sum);
    }

    static lbfgsfloatval_t evaluate(void* self, const lbfgsfloatval_t* x, lbfgsfloatval_t* gradient,
                                    int n, lbfgsfloatval_t /*step*/) {
        const auto& o = *static_cast<const RankingObjective*>(self);
        const auto size = static_cast<size_t>(n);
        std::vector<float> entries(size);
        for (size_t i = 0; i < size; ++i) entries[i] = static_cast<float>(x[i]);
        std::fill_n(gradient, size, 0.0);
        double loss = o.loss(entries, o.held_out_, o.count_, std::span(gradient, size));
        for (size_t i = 0; i < size; ++i) {
            const double off = x[i] - static_cast<double>(o.start_[i]);
            loss += o.hold_ * off * off;
            gradient[i] += 2 * o.hold_ * off;
        }
        return loss;
    }
    static int report(void* self, const lbfgsfloatval_t* x, const lbfgsfloatval_t* /*gradient*/,
                      lbfgsfloatval_t /*loss*/, lbfgsfloatval_t /*x_norm*/,
                      lbfgsfloatval_t /*gradient_norm*/, lbfgsfloatval_t /*step*/, int n, int k,
                      int /*evaluations*/) {
        auto& o = *static_cast<RankingObjective*>(self);
        std::vector<float> entries(static_cast<size_t>(n));
        for (size_t i = 0; i < entries.size(); ++i) entries[i] = static_cast<float>(x[i]);
        const double loss = o.loss(entries, 0, o.held_out_, {});
        const auto round = static_cast<uint32_t>(k);
        if (loss < o.best_loss_) {
            o.best_loss_ = loss;
            o.best_ = std::move(entries);
            o.rounds_ = round;
        }
        o.progress_.report("ranking", round, kMostRounds);
        return o.progress_.cancelled() || round >= o.rounds_ + kPatience ? 1 : 0;
    }

    /// Spread of a query's scores over the length of vectors, where kHold was tried.
    static constexpr double kUsualSpread = 0.05;

    const std::vector<float> start_;
    const CodeShape shape_;
    const RankingProblem& problem_;
    const size_t count_;
    const size_t held_out_;
    Progress& progress_;
    double temperature_ = 1;
    double hold_ = 0;
    std::vector<float> best_;
    double best_loss_ = 0;
    double first_loss_ = 0;
    uint32_t rounds_ = 0;
};

}  // namespace

RankingFit fit_ranking(const CodeBook& book, const RankingProblem& problem, Progress& progress) {
    return RankingObjective(book, problem, progress).run();
}

}  // namespace temblor
