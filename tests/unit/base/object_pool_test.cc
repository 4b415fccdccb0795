// Objects come back cleared and are lent again, up to the number kept.
#include "base/object_pool.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace porthole {
namespace {

struct Head {
  static inline int alive = 0;
  Head() { ++alive; }
  ~Head() { --alive; }
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;
  void clear() { text.clear(); }
  std::string text;
};

TEST(ObjectPool, LendsTheSameObjectAgainCleared) {
  ObjectPool<Head> pool;
  Pooled<Head> head = pool.take();
  head->text.assign(1000, 'x');
  Head* first = head.get();
  head.reset();
  head = pool.take();
  EXPECT_EQ(head.get(), first);
  EXPECT_EQ(head->text, "");
  EXPECT_GE(head->text.capacity(), 1000U);  // the grown buffer is why it is pooled
}

TEST(ObjectPool, KeepsNoMoreThanItsMaximum) {
  {
    ObjectPool<Head> pool(2);
    std::vector<Pooled<Head>> lent;
    for (int i = 0; i < 10; ++i) lent.push_back(pool.take());
    EXPECT_EQ(Head::alive, 10);
    lent.clear();
    EXPECT_EQ(Head::alive, 2);
  }
  EXPECT_EQ(Head::alive, 0);
}

TEST(ObjectPool, TrimFreesWhatIsKeptAndNothingElse) {
  ObjectPool<Head> pool;
  Pooled<Head> lent = pool.take();
  pool.take().reset();
  pool.trim();
  EXPECT_EQ(Head::alive, 1);
  lent.reset();
  EXPECT_NE(pool.take(), nullptr);
}

TEST(ObjectPool, LendsDistinctObjects) {
  ObjectPool<Head> pool;
  Pooled<Head> a = pool.take();
  Pooled<Head> b = pool.take();
  EXPECT_NE(a.get(), b.get());
}

TEST(Pooled, MayBeNull) {
  Pooled<Head> none;
  EXPECT_FALSE(none);
  none.reset();
}

}  // namespace
}  // namespace porthole
