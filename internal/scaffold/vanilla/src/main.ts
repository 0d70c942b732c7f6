import { mount } from './app';
import './style.css';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app');
mount(root);
