//! What people are told of models.

use frame_support::assert_ok;
use millrace_primitives::{ModelId, ModelRegistry};

use crate::mock::*;

#[test]
fn a_model_says_whose_it_is_and_how_large() {
    run(|| {
        assert_eq!(Models::model(ModelId::zero()), None);
        let model = registered(3);
        let view = Models::model(model).expect("it is registered");
        assert_eq!((view.model, view.owner, view.retired, view.listed), (model, OWNER, false, false));
        let length = encoding(3).len() as u32;
        assert_eq!(view.deposit, 1_000 + 10 * u128::from(length));
        assert_eq!((view.sizes.encoded_bytes, view.sizes.sample_bytes), (length, 2));
        assert_eq!((view.sizes.output_bytes, view.sizes.work, view.sizes.layers), (12, 6, 1));
        assert_eq!((view.slots, view.most_samples, view.open_tasks), (None, None, 0));
        assert_ok!(Models::acquire(model));
        assert_ok!(Models::set_listed(vec![model]));
        let view = Models::model(model).expect("it is registered");
        assert_eq!((view.listed, view.open_tasks), (true, 1));
        Models::release(model);
        assert_eq!(view.removable_from, None, "it is open");
        assert_ok!(Models::set_listed(vec![]));
        assert_ok!(Models::retire(RuntimeOrigin::signed(OWNER), model));
        let from = System::block_number() + DELAY + 1;
        let view = Models::model(model).expect("it stays");
        assert_eq!((view.retired, view.removable_from), (true, Some(from)));
    });
}

#[test]
fn models_come_in_pages() {
    run(|| {
        let mut models: Vec<ModelId> = (1..=5).map(registered).collect();
        models.sort_unstable();
        let page = |after, count| {
            Models::models(after, count).into_iter().map(|view| view.model).collect::<Vec<_>>()
        };
        assert_eq!(page(None, 100), models);
        assert_eq!(page(None, 2), models[..2]);
        assert_eq!(page(Some(models[1]), 2), models[2..4]);
        assert!(page(Some(models[4]), 2).is_empty());
    });
}
