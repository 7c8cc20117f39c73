#include "server/http/fair_queue.h"

#include <algorithm>
#include <iterator>

namespace temblor {
namespace {

/// How much one request moves what is typical.
constexpr double kNewest = 1.0 / 64;

}  // namespace

std::optional<WaitingWork> FairQueue::push(WaitingWork&& work) {
    const RequestSource source = work.source;
    Client& client = client_of(source);
    Connection& connection = connection_of(client, source);
    if (client.waiting == 0) {
        client.served = std::max(client.served, now_ - typical_);
        order_.emplace(client.served, source.client);
    }
    if (connection.waiting.empty()) {
        connection.served = std::max(connection.served, client.now - typical_);
        client.order.emplace(connection.served, source.connection);
    }
    connection.waiting.push_back(all_.insert(all_.end(), std::move(work)));
    ++client.waiting;
    if (all_.size() <= limit_) return std::nullopt;
    return take_heaviest();
}

std::optional<WaitingWork> FairQueue::pop() {
    if (order_.empty()) return std::nullopt;
    Client& client = clients_.at(order_.begin()->second);
    now_ = client.served;
    client.now = client.order.begin()->first;
    return take(client.connections.at(client.order.begin()->second).waiting.front());
}

std::optional<WaitingWork> FairQueue::pop_older_than(Clock::time_point time) {
    if (all_.empty() || all_.front().since >= time) return std::nullopt;
    return take(all_.begin());
}

void FairQueue::charge(RequestSource source, Clock::duration time) {
    const Share seconds = std::chrono::duration<Share>(time).count();
    typical_ += (seconds - typical_) * kNewest;
    Client& client = client_of(source);
    Connection& connection = connection_of(client, source);
    if (client.waiting > 0) {
        order_.erase({client.served, source.client});
        order_.emplace(client.served += seconds, source.client);
    } else {
        client.served = std::max(client.served, now_ - typical_) + seconds;
    }
    if (!connection.waiting.empty()) {
        client.order.erase({connection.served, source.connection});
        client.order.emplace(connection.served += seconds, source.connection);
    } else {
        connection.served = std::max(connection.served, client.now - typical_) + seconds;
    }
}

void FairQueue::forget(RequestSource source) {
    const auto client = clients_.find(source.client);
    if (client == clients_.end()) return;
    client->second.connections.erase(source.connection);
    if (client->second.connections.empty()) clients_.erase(client);
}

FairQueue::Client& FairQueue::client_of(RequestSource source) {
    return clients_.try_emplace(source.client, Client{.served = now_ + typical_}).first->second;
}

FairQueue::Connection& FairQueue::connection_of(Client& client, RequestSource source) const {
    return client.connections
        .try_emplace(source.connection, Connection{.served = client.now + typical_})
        .first->second;
}

WaitingWork FairQueue::take(Position position) {
    const RequestSource source = position->source;
    Client& client = clients_.at(source.client);
    Connection& connection = client.connections.at(source.connection);
    connection.waiting.remove(position);
    if (connection.waiting.empty()) client.order.erase({connection.served, source.connection});
    if (--client.waiting == 0) order_.erase({client.served, source.client});
    WaitingWork work = std::move(*position);
    all_.erase(position);
    return work;
}

WaitingWork FairQueue::take_heaviest() {
    Client& client =
        std::max_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
            return a.second.waiting < b.second.waiting;
        })->second;
    return take(client.connections.at(client.order.rbegin()->second).waiting.back());
}

}  // namespace temblor
