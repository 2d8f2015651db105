//! Things that refer to one another, owned in one place and named by keys.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// Names a `T` in its [`Arena`]. The key of something that was removed finds nothing, also when its place is used again.
pub(crate) struct Key<T> {
    place: u32,
    generation: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.generation == other.generation
    }
}

impl<T> Eq for Key<T> {}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.place, self.generation)
    }
}

struct Place<T> {
    generation: u32,
    value: Option<T>,
}

pub(crate) struct Arena<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    pub(crate) fn insert(&mut self, value: T) -> Key<T> {
        let reused = self.free.pop().and_then(|place| Some((place, self.places.get_mut(place as usize)?)));
        if let Some((place, free)) = reused {
            free.value = Some(value);
            return Key { place, generation: free.generation, of: PhantomData };
        }
        // Four thousand million things do not fit into memory.
        let place = self.places.len() as u32;
        self.places.push(Place { generation: 0, value: Some(value) });
        Key { place, generation: 0, of: PhantomData }
    }

    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        self.places.get(key.place as usize).filter(|place| place.generation == key.generation)?.value.as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.places.get_mut(key.place as usize).filter(|place| place.generation == key.generation)?.value.as_mut()
    }

    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let place = self.places.get_mut(key.place as usize).filter(|place| place.generation == key.generation)?;
        let removed = place.value.take()?;
        place.generation = place.generation.wrapping_add(1);
        self.free.push(key.place);
        Some(removed)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        self.places.iter().enumerate().filter_map(|(place, entry)| {
            let key = Key { place: place as u32, generation: entry.generation, of: PhantomData };
            Some((key, entry.value.as_ref()?))
        })
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().filter_map(|place| place.value.as_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_something_removed_finds_nothing_when_its_place_is_used_again() {
        let mut arena = Arena::default();
        let old = arena.insert("old");
        assert_eq!(arena.remove(old), Some("old"));
        let new = arena.insert("new");
        assert_eq!(arena.get(old), None);
        assert_eq!(arena.remove(old), None);
        assert_eq!(arena.get(new), Some(&"new"));
    }
}
