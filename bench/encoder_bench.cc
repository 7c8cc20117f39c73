// bench_encoder splade|sentence FOLDER f32|bf16|f16|int8 LENGTH ROUNDS < TEXTS: encodes the lines
// of TEXTS, cut at LENGTH tokens, on one thread; prints the documents a second of every round, by
// the clock and by the processor's time, as {"wall": [...], "cpu": [...]}. Tokenizing is not
// counted apart: it is part of what an encoder does.
#include <chrono>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compress/model/sentence_encoder.h"
#include "compress/model/splade_encoder.h"

namespace {

using namespace temblor;

int measure(size_t texts, int rounds, const std::function<Status()>& encode) {
    std::vector<double> wall;
    std::vector<double> processor;
    for (int round = 0; round <= rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const std::clock_t ticks = std::clock();
        const Status status = encode();
        if (!status.is_ok()) {
            std::cerr << status.to_string() << "\n";
            return 1;
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        const double used = static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC;
        if (round == 0) continue;  // warms up
        wall.push_back(static_cast<double>(texts) / seconds.count());
        processor.push_back(static_cast<double>(texts) / used);
    }
    std::cout << fmt::format("{{\"wall\": [{:.2f}], \"cpu\": [{:.2f}]}}\n", fmt::join(wall, ", "),
                             fmt::join(processor, ", "));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr
            << "bench_encoder splade|sentence FOLDER f32|bf16|f16|int8 LENGTH ROUNDS < TEXTS\n";
        return 2;
    }
    const std::string kind = argv[1];
    const Result<Precision> precision = parse_precision(argv[3]);
    if (!precision.is_ok()) {
        std::cerr << precision.status().to_string() << "\n";
        return 2;
    }
    const ModelOptions options{.device = "", .precision = precision.value(), .threads = 1};
    const int64_t length = std::stoll(argv[4]);
    const int rounds = std::stoi(argv[5]);
    std::vector<std::string> lines;
    for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
    const std::vector<std::string_view> texts(lines.begin(), lines.end());
    if (kind == "splade") {
        const auto encoder = SpladeEncoder::open(argv[2], options);
        if (!encoder.is_ok()) {
            std::cerr << encoder.status().to_string() << "\n";
            return 1;
        }
        return measure(texts.size(), rounds, [&] {
            return encoder.value()->encode(texts, {.longest = length}).status();
        });
    }
    const auto encoder = SentenceEncoder::open(argv[2], options);
    if (!encoder.is_ok()) {
        std::cerr << encoder.status().to_string() << "\n";
        return 1;
    }
    return measure(texts.size(), rounds,
                   [&] { return encoder.value()->encode(texts, {.longest = length}).status(); });
}
