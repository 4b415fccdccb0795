// A doubly linked list whose links live in its members: linking and unlinking never allocate and cost a few stores.
// A Link unlinks itself when destroyed, so a destroyed owner can never be reached through a list. Not thread-safe.
#pragma once

#include "base/assert.h"

namespace porthole {

// An object that is a member of several lists at once has one link for each, told apart by Tag.
template <class Tag>
class TaggedLink {
 public:
  TaggedLink() = default;
  TaggedLink(const TaggedLink&) = delete;
  TaggedLink& operator=(const TaggedLink&) = delete;
  ~TaggedLink() { unlink(); }

  bool linked() const { return next_ != nullptr; }
  void unlink() {
    if (!next_) return;
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class T, class LinkType>
  friend class List;
  TaggedLink* next_ = nullptr;
  TaggedLink* previous_ = nullptr;
};

struct DefaultTag;
using Link = TaggedLink<DefaultTag>;

// T derives from LinkType (once). The list does not own its members.
template <class T, class LinkType = Link>
class List {
 public:
  List() { clear_ends(); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() {
    while (!empty()) head_.next_->unlink();
    head_.next_ = head_.previous_ = nullptr;
  }

  bool empty() const { return head_.next_ == &head_; }
  void push_back(T& item) { insert_before(head_, item); }
  void push_front(T& item) { insert_before(*head_.next_, item); }
  T& front() {
    PH_DASSERT(!empty());
    return static_cast<T&>(*head_.next_);
  }
  T& back() {
    PH_DASSERT(!empty());
    return static_cast<T&>(*head_.previous_);
  }
  T* pop_front() {
    if (empty()) return nullptr;
    T& item = front();
    static_cast<LinkType&>(item).unlink();
    return &item;
  }
  // The member after `item`, or null.
  T* after(T& item) {
    LinkType* next = static_cast<LinkType&>(item).next_;
    return next == &head_ ? nullptr : static_cast<T*>(next);
  }
  // Moves every member of `other` to the end of this list.
  void take_all(List& other) {
    if (other.empty()) return;
    LinkType* first = other.head_.next_;
    LinkType* last = other.head_.previous_;
    other.clear_ends();
    first->previous_ = head_.previous_;
    last->next_ = &head_;
    head_.previous_->next_ = first;
    head_.previous_ = last;
  }

 private:
  void clear_ends() { head_.next_ = head_.previous_ = &head_; }
  void insert_before(LinkType& place, T& item) {
    LinkType& link = item;
    PH_DASSERT(!link.linked());
    link.next_ = &place;
    link.previous_ = place.previous_;
    place.previous_->next_ = &link;
    place.previous_ = &link;
  }
  LinkType head_;
};

}  // namespace porthole
